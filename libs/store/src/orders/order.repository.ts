import type { LockOwner, Missing, Orders, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import { ClaimLost, NonRetryableError, RetryableError, StopSaga } from '@crossroads/saga';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { BatchLoader } from '../mongodb/batch-loader.js';
import { collections, rawCollection } from '../mongodb/collections.js';
import { losslessBson, snapshotOf } from '../mongodb/lossless-bson.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import { committed } from '../mongodb/trusted-reads.js';
import { openAmong } from '../sagas/open-sagas.js';
import { OrderKeys } from './order-key.js';
import { orderSearch } from './order-search.js';

const { ObjectId } = mongoose.mongo;

/** An order, as far as writes to it need it. */
interface OrderDocument {
  _id: InstanceType<typeof ObjectId>;
  version: number;
  /** Absent or null in some orders of other systems. */
  progression_state?: string | null;
  lock?: { saga_id: string; epoch: number; has_waiters?: boolean; applied?: Applied };
}

/**
 * What the saga that locks the order has done to it. A marker stays until another saga has the lock, also after the effect was compensated.
 * So a late update of an older claim matches nothing.
 */
interface Applied {
  /** The version whose deliveries were cleared. */
  cleared_version?: number;
  deliveries_restored?: true;
  /** The progression that was reset. Null also when it was absent: see the next member. */
  progression_was?: string | null;
  progression_absent?: true;
  progression_restored?: true;
  /** A recovery wrote its snapshot to the order. */
  restored?: true;
}

/** Attempts of one write while other systems keep changing the order. Then the step is retried later. */
const maxTries = 5;

export const orderRepository = (store: Store): Orders => {
  const { connection, commit } = store;
  const orders = () => rawCollection<OrderDocument>(connection, collections.orders);
  const update = (filter: object, change: object) => commit.update(collections.orders, filter, change);
  const keys = new OrderKeys();

  /** Matches the lock of this saga, unless a newer claim of the saga has it. */
  const ownLock = (orderId: string, { sagaId, epoch }: LockOwner) => ({
    ...keys.of(orderId),
    'lock.saga_id': sagaId,
    'lock.epoch': { $lte: epoch },
  });

  /**
   * Matches the lock of this claim only. Every write to the order's data needs it. Between two late writes of dead claims the order may have been unlocked.
   * Without the equal epoch, a late clear would match a lock that another claim took late, and no saga would restore what it cleared.
   */
  const lockedBy = (orderId: string, { sagaId, epoch }: LockOwner) => ({ ...keys.of(orderId), 'lock.saga_id': sagaId, 'lock.epoch': epoch });

  /**
   * Raises the lock's epoch to this claim's and returns the order. Without that write, an update of an older claim could arrive after a mere read.
   * Throws ClaimLost when a newer claim has the lock, and StopSaga when the order is deleted or not locked by this saga.
   */
  const lockedOrder = async (orderId: string, owner: LockOwner, read: mongo.FindOneAndUpdateOptions = {}, again = false): Promise<OrderDocument> => {
    const { sagaId, epoch } = owner;
    const order = await withStoreErrors(() =>
      orders().findOneAndUpdate(ownLock(orderId, owner), { $set: { 'lock.epoch': epoch } }, { projection: { lock: 1, version: 1, progression_state: 1 }, ...read, returnDocument: 'after' }),
    );
    if (order) return order;
    keys.forget(orderId);
    const now = await withStoreErrors(() => orders().findOne({ _id: new ObjectId(orderId) }, { projection: { lock: 1 } }));
    if (!now) throw new StopSaga('order.gone', `Order ${orderId} was deleted while the saga was running.`);
    if (now.lock?.saga_id === sagaId && now.lock.epoch > epoch) throw new ClaimLost(`Order ${orderId} is locked by epoch ${now.lock.epoch} of saga ${sagaId}, and this claim has epoch ${epoch}`);
    // This saga has the lock, so the filter missed it: the shard key was outdated, or the lock was taken in between.
    if (now.lock?.saga_id === sagaId && !again) return lockedOrder(orderId, owner, read, true);
    throw new StopSaga('order.not_locked', `Order ${orderId} is no longer locked by this saga: ${now.lock ? `saga ${now.lock.saga_id} has the lock` : 'the lock was removed'}.`);
  };

  /** Asks the saga that has the lock to wake the next saga when it ends. Returns its id, or undefined when no other saga has the lock. */
  const requestLock = async (orderId: string, sagaId: string): Promise<string | undefined> => {
    const locked = { 'lock.saga_id': { $exists: true, $ne: sagaId } };
    const order = await withStoreErrors(() => orders().findOneAndUpdate({ ...keys.of(orderId), ...locked }, { $set: { 'lock.has_waiters': true } }, { projection: { 'lock.saga_id': 1 } }));
    return order?.lock?.saga_id;
  };


  const requested = new BatchLoader<string, OrderDocument>((orderIds) =>
    withStoreErrors(async () => {
      const found = await orders()
        .find(keys.ofAll(orderIds), { projection: { lock: 1 } })
        .toArray();
      return new Map(found.map((order) => [order._id.toHexString(), order]));
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
    find: orderSearch(store, keys),

    relock: (orderId, owner) => update(ownLock(orderId, owner), { $set: { 'lock.epoch': owner.epoch } }),

    async lock(orderId, { sagaId, epoch }) {
      const free = { $or: [{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };
      if (await update({ ...keys.of(orderId), ...free }, { $set: { 'lock.saga_id': sagaId, 'lock.epoch': epoch } })) return true;
      for (let tried = 0; tried < maxTries; tried++) {
        const owner = await requestLock(orderId, sagaId);
        // A saga that ends after this read finds the request.
        if (owner === undefined || (await openAmong(store, [owner], keys.tenantsOf(orderId))).has(owner)) return false;
        if (await update({ ...keys.of(orderId), 'lock.saga_id': owner }, { $set: { lock: { saga_id: sagaId, epoch } } })) return true;
      }
      return false;
    },

    requestLock: async (orderId, { sagaId }) => void (await requestLock(orderId, sagaId)),

    async isRequested(orderId, { sagaId }) {
      const order = (await requested.get(orderId)) ?? (keys.forget(orderId) ? await requested.get(orderId) : undefined);
      const lock = order?.lock;
      return lock !== undefined && (lock.saga_id !== sagaId || lock.has_waiters === true);
    },

    async snapshot(orderId) {
      let snapshot = await snapshots.get(orderId);
      if (!snapshot) {
        keys.forget(orderId);
        snapshot = await snapshots.get(orderId);
      }
      if (!snapshot) throw new StopSaga('order.gone', `Order ${orderId} was deleted while the saga was running.`);
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
        // With the version unchanged, an earlier claim had the lock until now.
        if (tried > 0 || Number(now.version) !== version) return 'moved';
      }
    },

    async clearedVersion(orderId, owner) {
      return (await lockedOrder(orderId, owner)).lock?.applied?.cleared_version;
    },

    async restoreDeliveries(orderId, snapshot, owner) {
      for (let tried = 0; tried < maxTries; tried++) {
        const now = await lockedOrder(orderId, owner, { ...losslessBson, projection: { bols: 1, executed_drops: 1, version: 1, lock: 1 } });
        const { cleared_version, deliveries_restored } = now.lock?.applied ?? {};
        if (cleared_version === undefined || deliveries_restored) return;
        const { bols, executed_drops } = now as unknown as Partial<Snapshot>;
        if (![bols, executed_drops].every((list) => list === undefined || list === null || Array.isArray(list))) {
          throw new StopSaga('order.malformed', 'Another system replaced the order’s BOLs or executed drops by a value that is no list, after they were cleared.');
        }
        const restored = await update(
          { ...lockedBy(orderId, owner), version: Number(now.version), 'lock.applied.cleared_version': { $exists: true }, 'lock.applied.deliveries_restored': { $exists: false } },
          restoring(
            { bols: [...snapshot.bols, ...(bols ?? [])], executed_drops: [...snapshot.executed_drops, ...(executed_drops ?? [])] },
            snapshot.missing,
            { 'lock.applied.deliveries_restored': true },
          ),
        );
        if (restored) return;
      }
      throw new RetryableError('order.busy', 'Other systems kept changing the order while its deliveries were restored.');
    },

    async resetProgression(orderId, expected, owner) {
      let was: string | null | undefined = expected;
      for (let tried = 0; tried < maxTries; tried++) {
        const reset = await update(
          { ...lockedBy(orderId, owner), progression_state: was === undefined ? { $exists: false } : was, 'lock.applied.progression_was': { $exists: false } },
          {
            $set: {
              progression_state: NO_PROGRESS,
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
      throw new RetryableError('order.busy', 'Other systems kept changing the order while its progression was reset.');
    },

    async restoreExactly(orderId, { bols, executed_drops, progression_state, missing }, version, owner) {
      for (let tried = 0; ; tried++) {
        const restored = await update(
          { ...lockedBy(orderId, owner), version, 'lock.applied.restored': { $exists: false } },
          restoring({ bols, executed_drops, progression_state }, missing, { 'lock.applied.restored': true }),
        );
        if (restored) return 'restored';
        const now = await lockedOrder(orderId, owner);
        if (now.lock?.applied?.restored) return 'restored';
        // With the version unchanged, an earlier claim had the lock until now.
        if (tried > 0 || Number(now.version) !== version) return 'moved';
      }
    },

    async restoreProgression(orderId, owner) {
      for (let tried = 0; tried < maxTries; tried++) {
        const { lock, progression_state } = await lockedOrder(orderId, owner);
        const { progression_was: was, progression_absent, progression_restored } = lock?.applied ?? {};
        if (was === undefined) return 'not-reset';
        if (progression_restored) return 'restored';
        if (progression_state !== NO_PROGRESS) return 'moved-on';
        const restored = await update(
          { ...lockedBy(orderId, owner), progression_state: NO_PROGRESS, 'lock.applied.progression_restored': { $exists: false } },
          restoring({ progression_state: was }, progression_absent && { progression_state: 'absent' }, { 'lock.applied.progression_restored': true }),
        );
        // Either a newer claim or another system was first. The next read distinguishes them.
        if (restored) return 'restored';
      }
      throw new RetryableError('order.busy', 'Other systems kept changing the order while its progression was restored.');
    },
  };
};

/** Returns an update that restores fields. A field that was absent or null, and has gained nothing since, becomes absent or null again. */
const restoring = (fields: Record<string, unknown>, missing: Missing = {}, marks: object): object => {
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
