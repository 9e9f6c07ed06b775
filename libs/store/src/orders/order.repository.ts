import type { LockOwner, Missing, Order, Orders, Party, ResetRequest, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import type { Routing } from '@crossroads/contract';
import { ClaimLost, NonRetryableError, RetryableError, StopSaga } from '@crossroads/saga';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import { losslessBson, snapshotOf } from '../mongodb/lossless-bson.js';
import { BatchLoader } from '../mongodb/batch-loader.js';
import type { Store } from '../mongodb/open-store.js';
import { OrderKeys } from './order-key.js';
import { committed } from '../mongodb/trusted-reads.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

const { ObjectId } = mongoose.mongo;

/** An order as the repository needs to see it. */
interface OrderDocument {
  _id: InstanceType<typeof ObjectId>;
  routing: Routing & Record<`${'origin' | 'destination'}_tenant_${'id' | 'name'}`, string>;
  origin_order_number: string;
  destination_order_number: string | null;
  status: string;
  version: number;
  /** Absent or null in orders that other writers made. */
  progression_state?: string | null;
  lock?: { saga_id: string; epoch: number; applied?: Applied };
}

/**
 * What the saga that holds the order has done to it. A marker that is set stays for as long as the lock: an update of an older claim
 * that arrives late meets it and matches nothing, also after the effect was compensated.
 */
interface Applied {
  /** The version whose deliveries were cleared. */
  cleared_version?: number;
  deliveries_restored?: true;
  /** The progression that was reset; null also where it was absent, which the next member tells. */
  progression_was?: string | null;
  progression_absent?: true;
  progression_restored?: true;
  /** A recovery put its snapshot in place. */
  restored?: true;
}

/** Tries against writers that keep changing the order, before it is left in peace for a while. */
const triesAgainstWriters = 5;

export const orderRepository = (store: Store): Orders => {
  const { connection, commit } = store;
  const orders = () => rawCollection<OrderDocument>(connection, collections.orders);
  const update = (filter: object, change: object) => commit.update(collections.orders, filter, change);
  const keys = new OrderKeys();

  /** Lets this saga's writes through, and those of no older claim of it. */
  const ownLock = (orderId: string, { sagaId, epoch }: LockOwner) => ({
    ...keys.of(orderId),
    'lock.saga_id': sagaId,
    'lock.epoch': { $lte: epoch },
  });

  /**
   * Of this claim alone. A lock that a dead claim took late has that claim's epoch, so no clear of another claim that is late as well gets through it:
   * the order may have been unlocked in between, and then nothing would put back what is cleared.
   */
  const lockedBy = (orderId: string, { sagaId, epoch }: LockOwner) => ({ ...keys.of(orderId), 'lock.saga_id': sagaId, 'lock.epoch': epoch });

  /**
   * Raises the lock's epoch to this claim's and returns the order as it is then. Without the write, an update of an older claim could
   * still arrive after the read and undo what was decided on it. ClaimLost only where the newer claim is seen: an absence has many causes.
   */
  const lockedOrder = async (orderId: string, owner: LockOwner, read: mongo.FindOneAndUpdateOptions = {}, again = false): Promise<OrderDocument> => {
    const { sagaId, epoch } = owner;
    const order = await withStoreErrors(() =>
      orders().findOneAndUpdate(ownLock(orderId, owner), { $set: { 'lock.epoch': epoch } }, { projection: { lock: 1, version: 1, progression_state: 1 }, ...read, returnDocument: 'after' }),
    );
    if (order) return order;
    keys.forget(orderId);
    const now = await withStoreErrors(() => orders().findOne({ _id: new ObjectId(orderId) }, { projection: { lock: 1 } }));
    if (!now) throw new StopSaga('order.gone', `Order ${orderId} was deleted while the saga was at work.`);
    if (now.lock?.saga_id === sagaId && now.lock.epoch > epoch) throw new ClaimLost(`Order ${orderId} was locked by epoch ${now.lock.epoch} of saga ${sagaId}, this is ${epoch}`);
    // Ours, so the filter missed it: by a key that is outdated, or because the lock was taken in between.
    if (now.lock?.saga_id === sagaId && !again) return lockedOrder(orderId, owner, read, true);
    throw new StopSaga('order.not_locked', `Order ${orderId} is not locked by this saga any more: ${now.lock ? `saga ${now.lock.saga_id} has the lock` : 'the lock was removed'}.`);
  };

  const requestLock = (orderId: string, sagaId: string): Promise<boolean> =>
    update({ ...keys.of(orderId), 'lock.saga_id': { $exists: true, $ne: sagaId } }, { $set: { 'lock.has_waiters': true } });

  const unlock = async (orderId: string, sagaId: string): Promise<boolean> => {
    const named = keys.of(orderId);
    const mine = { ...named, 'lock.saga_id': sagaId };
    if (await update({ ...mine, 'lock.has_waiters': { $ne: true } }, { $unset: { lock: 1 } })) return false;
    if (await update(mine, { $unset: { lock: 1 } })) return true;
    keys.forget(orderId);
    return named.origin_order_number !== undefined && unlock(orderId, sagaId);
  };

  /** Requests that arrive together are looked up together, and each finds its own among what comes back. */
  const candidates = new BatchLoader<ResetRequest, FoundOrder[]>((requests) =>
    withStoreErrors(async () => {
      const found = await orders()
        .find<FoundOrder>(matchingAny(requests), { projection: { routing: 1, origin_order_number: 1, destination_order_number: 1, status: 1, version: 1, ...fieldTypes } })
        .toArray();
      for (const order of found) keys.store(order);
      return new Map(requests.map((request) => [request, found.filter((order) => matchesRequest(order, request))]));
    }),
  );

  const snapshots = new BatchLoader<string, Snapshot | NonRetryableError>((orderIds) =>
    withStoreErrors(async () => {
      const raw = (await orders()
        .find(keys.ofAll(orderIds), { raw: true, ...committed(store) })
        .toArray()) as unknown as Uint8Array[];
      return new Map(raw.map(snapshotOf));
    }),
  );

  return {
    async find(request) {
      const found = await candidates.get(request);
      return (found ?? []).slice(0, 2).map((document) => toOrder(request.caller.tenant_id, document));
    },

    relock: (orderId, owner) => update(ownLock(orderId, owner), { $set: { 'lock.epoch': owner.epoch } }),

    async lock(orderId, { sagaId, epoch }) {
      const free = { $or: [{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };
      const take = () => update({ ...keys.of(orderId), ...free }, { $set: { 'lock.saga_id': sagaId, 'lock.epoch': epoch } });
      // Whoever is asked will call. Where there was nobody to ask, it has just been given back.
      return (await take()) || (!(await requestLock(orderId, sagaId)) && (await take()));
    },

    requestLock: async (orderId, { sagaId }) => void (await requestLock(orderId, sagaId)),

    unlock: (orderId, { sagaId }) => unlock(orderId, sagaId),

    async snapshot(orderId) {
      let snapshot = await snapshots.get(orderId);
      if (!snapshot) {
        keys.forget(orderId);
        snapshot = await snapshots.get(orderId);
      }
      if (!snapshot) throw new StopSaga('order.gone', `Order ${orderId} was deleted while the saga was at work.`);
      if (snapshot instanceof NonRetryableError) throw snapshot;
      return snapshot;
    },

    async clearDeliveries(orderId, version, owner) {
      for (let tried = 0; ; tried++) {
        const cleared = await update(
          { ...lockedBy(orderId, owner), version, 'lock.applied.cleared_version': { $exists: false } },
          { $set: { bols: [], executed_drops: [], 'lock.applied.cleared_version': version }, $inc: { version: 1 } },
        );
        if (cleared) return { version };
        const now = await lockedOrder(orderId, owner);
        const earlier = now.lock?.applied?.cleared_version;
        if (earlier !== undefined) return { version: earlier };
        // Unchanged, it was locked by an earlier claim until now.
        if (tried > 0 || Number(now.version) !== version) return 'moved';
      }
    },

    async clearedVersion(orderId, owner) {
      return (await lockedOrder(orderId, owner)).lock?.applied?.cleared_version;
    },

    async restoreDeliveries(orderId, snapshot, owner) {
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const now = await lockedOrder(orderId, owner, { ...losslessBson, projection: { bols: 1, executed_drops: 1, version: 1, lock: 1 } });
        const { cleared_version, deliveries_restored } = now.lock?.applied ?? {};
        if (cleared_version === undefined || deliveries_restored) return;
        const { bols, executed_drops } = now as unknown as Partial<Snapshot>;
        if (![bols, executed_drops].every((list) => list === undefined || list === null || Array.isArray(list))) {
          throw new StopSaga('order.malformed', 'Another system made the order’s BOLs or executed drops something else than a list since they were cleared.');
        }
        const restored = await update(
          { ...ownLock(orderId, owner), version: Number(now.version), 'lock.applied.cleared_version': { $exists: true }, 'lock.applied.deliveries_restored': { $exists: false } },
          putting(
            { bols: [...snapshot.bols, ...(bols ?? [])], executed_drops: [...snapshot.executed_drops, ...(executed_drops ?? [])] },
            snapshot.missing,
            { 'lock.epoch': owner.epoch, 'lock.applied.deliveries_restored': true },
          ),
        );
        if (restored) return;
      }
      throw new RetryableError('order.busy', 'The order kept changing while its deliveries were put back.');
    },

    async resetProgression(orderId, expected, owner) {
      let was: string | null | undefined = expected;
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const reset = await update(
          { ...ownLock(orderId, owner), progression_state: was === undefined ? { $exists: false } : was, 'lock.applied.progression_was': { $exists: false } },
          {
            $set: {
              progression_state: NO_PROGRESS,
              'lock.epoch': owner.epoch,
              'lock.applied.progression_was': was ?? null,
              ...(was === undefined && { 'lock.applied.progression_absent': true }),
            },
            $inc: { version: 1 },
          },
        );
        if (reset) return { was: was ?? NO_PROGRESS };
        const order = await lockedOrder(orderId, owner);
        const earlier = order.lock?.applied?.progression_was;
        if (earlier !== undefined) return { was: earlier ?? NO_PROGRESS };
        was = order.progression_state;
      }
      throw new RetryableError('order.busy', 'The order kept changing while its progression was reset.');
    },

    async restoreExactly(orderId, { bols, executed_drops, progression_state, missing }, version, owner) {
      const restored = await update(
        { ...ownLock(orderId, owner), version, 'lock.applied.restored': { $exists: false } },
        putting({ bols, executed_drops, progression_state }, missing, { 'lock.epoch': owner.epoch, 'lock.applied.restored': true }),
      );
      if (restored) return 'restored';
      return (await lockedOrder(orderId, owner)).lock?.applied?.restored ? 'restored' : 'moved';
    },

    async restoreProgression(orderId, owner) {
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const { lock, progression_state } = await lockedOrder(orderId, owner);
        const { progression_was: was, progression_absent, progression_restored } = lock?.applied ?? {};
        if (was === undefined) return 'not-reset';
        if (progression_restored) return 'restored';
        if (progression_state !== NO_PROGRESS) return 'moved-on';
        const restored = await update(
          { ...ownLock(orderId, owner), progression_state: NO_PROGRESS, 'lock.applied.progression_restored': { $exists: false } },
          putting({ progression_state: was }, progression_absent && { progression_state: 'absent' }, { 'lock.epoch': owner.epoch, 'lock.applied.progression_restored': true }),
        );
        // What did not match may have met a newer claim as well as another writer: the next look tells which.
        if (restored) return 'restored';
      }
      throw new RetryableError('order.busy', 'The order kept changing while its progression was put back.');
    },
  };
};

/** An update that puts fields back; what was absent or null before, and has gained nothing since, is absent or null again. */
const putting = (fields: Record<string, unknown>, missing: Missing = {}, marks: object): object => {
  const was = (name: string) => {
    const value = fields[name];
    return Array.isArray(value) && value.length > 0 ? undefined : missing[name as keyof Missing];
  };
  const names = Object.keys(fields);
  const absent = names.filter((name) => was(name) === 'absent');
  const present = names.filter((name) => was(name) !== 'absent').map((name) => [name, was(name) === 'null' ? null : fields[name]]);
  return {
    $set: { ...Object.fromEntries(present), ...marks },
    ...(absent.length > 0 && { $unset: Object.fromEntries(absent.map((name) => [name, 1])) }),
    $inc: { version: 1 },
  };
};

const isObjectId = /^[0-9a-f]{24}$/i;

/** Every order that one of the requests may mean, and perhaps a few more: by id, by the origin's number, by the destination's. */
const matchingAny = (requests: readonly ResetRequest[]): object => {
  const ids = requests.flatMap(({ order }) => (order.order_id !== undefined && isObjectId.test(order.order_id) ? [new ObjectId(order.order_id)] : []));
  const byNumber = requests.filter(({ order }) => order.order_id === undefined);
  const tenants = { $in: byNumber.map(({ caller }) => caller.tenant_id) };
  const numbers = { $in: byNumber.map(({ order }) => order.order_number) };
  return {
    $or: [
      { _id: { $in: ids } },
      { 'routing.origin_tenant_id': tenants, origin_order_number: numbers },
      { 'routing.destination_tenant_id': tenants, destination_order_number: numbers },
    ],
  };
};

/** An order between the two tenants, either way round: anyone else's is not meant, so it looks as if it did not exist. */
const matchesRequest = ({ _id, routing, origin_order_number, destination_order_number }: FoundOrder, { order, caller, dest_tenant_name }: ResetRequest): boolean => {
  // An order without routing, as another writer may have made it, belongs to no pair. Found by its id in a group, it must not fail its neighbours.
  if (!routing) return false;
  const made = routing.origin_tenant_id === caller.tenant_id && routing.destination_tenant_name === dest_tenant_name;
  const received = routing.destination_tenant_id === caller.tenant_id && routing.origin_tenant_name === dest_tenant_name;
  if (order.order_id !== undefined) return (made || received) && _id.toHexString() === order.order_id.toLowerCase();
  return (made && origin_order_number === order.order_number) || (received && destination_order_number === order.order_number);
};

const toOrder = (tenantId: string, found: FoundOrder): Order => {
  const { _id, status, routing, origin_order_number, destination_order_number } = found;
  const malformed = malformationOf(found);
  const origin: Party = {
    tenant_id: routing.origin_tenant_id,
    tenant_name: routing.origin_tenant_name,
    instance_id: routing.origin_instance_id,
    instance_name: routing.origin_instance_name,
    source_system: routing.origin_source_system,
    source_system_id: routing.origin_source_system_id,
    order_number: origin_order_number,
  };
  const destination: Party = {
    tenant_id: routing.destination_tenant_id,
    tenant_name: routing.destination_tenant_name,
    instance_id: routing.destination_instance_id,
    instance_name: routing.destination_instance_name,
    source_system: routing.destination_source_system,
    source_system_id: routing.destination_source_system_id,
    order_number: destination_order_number,
  };
  const callerMadeIt = origin.tenant_id === tenantId;
  return {
    order_id: _id.toHexString(),
    status,
    caller: callerMadeIt ? origin : destination,
    counterparty: callerMadeIt ? destination : origin,
    ...(malformed !== undefined && { malformed }),
  };
};

/** BSON types of the fields a reset clears, without their contents. */
const fieldTypes = {
  types: { bols: { $type: '$bols' }, executed_drops: { $type: '$executed_drops' }, progression_state: { $type: '$progression_state' }, version: { $type: '$version' }, lock: { $type: '$lock' } },
} as const;

interface FoundOrder extends OrderDocument {
  types: Record<keyof typeof fieldTypes.types, string>;
}

/** Every write compares and raises `version`: text, null or a number that JavaScript cannot hold would never match, or never change. */
const malformationOf = ({ types, version }: FoundOrder): string | undefined => {
  for (const [field, allowed] of Object.entries(allowedTypes)) {
    const type = types[field as keyof typeof allowedTypes];
    if (!allowed.includes(type)) return type === 'missing' ? `it has no ${field}` : `its ${field} is of type ${type}`;
  }
  const number = Number(version);
  return Number.isSafeInteger(number) && number >= 0 ? undefined : 'its version is not a whole number that can be raised';
};

const allowedTypes = {
  bols: ['array', 'null', 'missing'],
  executed_drops: ['array', 'null', 'missing'],
  progression_state: ['string', 'null', 'missing'],
  version: ['int', 'long', 'double'],
  lock: ['object', 'missing'],
} satisfies Record<string, string[]>;
