import type { End, Hold, Order, Orders, ResetRequest, Snapshot } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import type { Routing } from '@crossroads/contract';
import { ClaimLost, StepRefused, StepUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';
import { collections, rawCollection } from './collections.js';
import { exactly, snapshotOf } from './exact-values.js';
import { GroupRead } from './group-read.js';
import type { Store } from './open-store.js';
import { reaching } from './unavailable.js';

const { ObjectId } = mongoose.mongo;

/** An order as the repository needs to see it. */
interface OrderDocument {
  _id: InstanceType<typeof ObjectId>;
  routing: Routing & Record<`${'origin' | 'destination'}_tenant_${'id' | 'name'}`, string>;
  origin_order_number: string;
  destination_order_number: string | null;
  status: string;
  version: number;
  progression_state: string;
  fence?: { saga_id: string; epoch: number; applied?: { cleared_version?: number; progression_was?: string; restored?: boolean } };
}

/** Tries against writers that keep changing the order, before it is left in peace for a while. */
const triesAgainstWriters = 5;

export const orderRepository = ({ connection, commit }: Store): Orders => {
  const orders = () => rawCollection<OrderDocument>(connection, collections.orders);
  const update = (filter: object, change: object) => commit.update(collections.orders, filter, change);

  /** Lets this saga's writes through, and those of no older claim of it. */
  const fenced = (orderId: string, { sagaId, epoch }: Hold) => ({
    _id: new ObjectId(orderId),
    'fence.saga_id': sagaId,
    'fence.epoch': { $lte: epoch },
  });

  /** The order as it is when a fenced write did not match: ours still, or ClaimLost. */
  const heldOrder = async (orderId: string, { sagaId, epoch }: Hold): Promise<OrderDocument> => {
    const order = await reaching(() =>
      orders().findOne({ _id: new ObjectId(orderId) }, { projection: { fence: 1, version: 1, progression_state: 1 } }),
    );
    if (order?.fence?.saga_id !== sagaId || order.fence.epoch > epoch) throw new ClaimLost(`Order ${orderId} is not held by saga ${sagaId} at epoch ${epoch}`);
    return order;
  };

  const askFor = (orderId: string, sagaId: string): Promise<boolean> =>
    update({ _id: new ObjectId(orderId), 'fence.saga_id': { $exists: true, $ne: sagaId } }, { $set: { 'fence.awaited': true } });

  /** Requests that arrive together are looked up together, and each finds its own among what comes back. */
  const candidates = new GroupRead<ResetRequest, OrderDocument[]>((requests) =>
    reaching(async () => {
      const found = await orders()
        .find(meantByAny(requests), { projection: { routing: 1, origin_order_number: 1, destination_order_number: 1, status: 1 } })
        .toArray();
      return new Map(requests.map((request) => [request, found.filter((order) => isMeant(order, request))]));
    }),
  );

  const snapshots = new GroupRead<string, Snapshot | StepRefused>((orderIds) =>
    reaching(async () => {
      const raw = (await orders()
        .find({ _id: { $in: orderIds.map((id) => new ObjectId(id)) } }, { raw: true })
        .toArray()) as unknown as Uint8Array[];
      return new Map(raw.map(snapshotOf));
    }),
  );

  return {
    async find(request) {
      const found = await candidates.get(request);
      return (found ?? []).slice(0, 2).map((document) => seenBy(request.caller.tenant_id, document));
    },

    async hold(orderId, { sagaId, epoch }) {
      const _id = new ObjectId(orderId);
      const free = { $or: [{ fence: { $exists: false } }, { 'fence.saga_id': sagaId, 'fence.epoch': { $lte: epoch } }] };
      const take = () => update({ _id, ...free }, { $set: { 'fence.saga_id': sagaId, 'fence.epoch': epoch } });
      // Whoever is asked will call. Where there was nobody to ask, it has just been given back.
      return (await take()) || (!(await askFor(orderId, sagaId)) && (await take()));
    },

    askFor: async (orderId, { sagaId }) => void (await askFor(orderId, sagaId)),

    async release(orderId, { sagaId }) {
      const mine = { _id: new ObjectId(orderId), 'fence.saga_id': sagaId };
      if (await update({ ...mine, 'fence.awaited': { $ne: true } }, { $unset: { fence: 1 } })) return false;
      return update(mine, { $unset: { fence: 1 } });
    },

    async snapshot(orderId) {
      const snapshot = await snapshots.get(orderId);
      if (!snapshot) throw new Error(`Order ${orderId} is gone although a saga holds it.`);
      if (snapshot instanceof StepRefused) throw snapshot;
      return snapshot;
    },

    async clearDeliveries(orderId, version, hold) {
      const cleared = await update(
        { ...fenced(orderId, hold), version, 'fence.applied.cleared_version': { $exists: false } },
        {
          $set: { bols: [], executed_drops: [], 'fence.epoch': hold.epoch, 'fence.applied.cleared_version': version },
          $inc: { version: 1 },
        },
      );
      if (cleared) return { version };
      const { fence } = await heldOrder(orderId, hold);
      const earlier = fence?.applied?.cleared_version;
      return earlier === undefined ? 'moved' : { version: earlier };
    },

    async clearedVersion(orderId, hold) {
      return (await heldOrder(orderId, hold)).fence?.applied?.cleared_version;
    },

    async restoreDeliveries(orderId, snapshot, hold) {
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const now = await readNow(orderId);
        const restored = await update(
          { ...fenced(orderId, hold), version: now.version, 'fence.applied.cleared_version': { $exists: true } },
          {
            $set: {
              bols: [...snapshot.bols, ...now.bols],
              executed_drops: [...snapshot.executed_drops, ...now.executed_drops],
              'fence.epoch': hold.epoch,
            },
            $unset: { 'fence.applied.cleared_version': 1 },
            $inc: { version: 1 },
          },
        );
        if (restored) return;
        const { fence } = await heldOrder(orderId, hold);
        if (fence?.applied?.cleared_version === undefined) return;
      }
      throw new StepUnavailable('order.busy', 'The order kept changing while its deliveries were put back.');
    },

    async resetProgression(orderId, expected, hold) {
      let was = expected;
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const reset = await update(
          { ...fenced(orderId, hold), progression_state: was, 'fence.applied.progression_was': { $exists: false } },
          {
            $set: { progression_state: NO_PROGRESS, 'fence.epoch': hold.epoch, 'fence.applied.progression_was': was },
            $inc: { version: 1 },
          },
        );
        if (reset) return { was };
        const order = await heldOrder(orderId, hold);
        const earlier = order.fence?.applied?.progression_was;
        if (earlier !== undefined) return { was: earlier };
        was = order.progression_state;
      }
      throw new StepUnavailable('order.busy', 'The order kept changing while its progression was reset.');
    },

    async restoreExactly(orderId, { bols, executed_drops, progression_state }, version, hold) {
      const restored = await update(
        { ...fenced(orderId, hold), version, 'fence.applied.restored': { $exists: false } },
        {
          $set: { bols, executed_drops, progression_state, 'fence.epoch': hold.epoch, 'fence.applied.restored': true },
          $inc: { version: 1 },
        },
      );
      if (restored) return 'restored';
      return (await heldOrder(orderId, hold)).fence?.applied?.restored ? 'restored' : 'moved';
    },

    async restoreProgression(orderId, hold) {
      const { fence } = await heldOrder(orderId, hold);
      const was = fence?.applied?.progression_was;
      if (was === undefined) return;
      await update(
        { ...fenced(orderId, hold), progression_state: NO_PROGRESS, 'fence.applied.progression_was': was },
        {
          $set: { progression_state: was, 'fence.epoch': hold.epoch },
          $unset: { 'fence.applied.progression_was': 1 },
          $inc: { version: 1 },
        },
      );
    },
  };

  async function readNow(orderId: string): Promise<Pick<Snapshot, 'bols' | 'executed_drops' | 'version'>> {
    const order = await reaching(() =>
      orders().findOne({ _id: new ObjectId(orderId) }, { ...exactly, projection: { bols: 1, executed_drops: 1, version: 1 } }),
    );
    if (!order) throw new Error(`Order ${orderId} is gone although a saga holds it.`);
    const { bols, executed_drops, version } = order as unknown as Snapshot;
    return { bols, executed_drops, version: Number(version) };
  }
};

const isObjectId = /^[0-9a-f]{24}$/i;

/** Every order that one of the requests may mean, and perhaps a few more: by id, by the origin's number, by the destination's. */
const meantByAny = (requests: readonly ResetRequest[]): object => {
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
const isMeant = ({ _id, routing, origin_order_number, destination_order_number }: OrderDocument, { order, caller, dest_tenant_name }: ResetRequest): boolean => {
  const made = routing.origin_tenant_id === caller.tenant_id && routing.destination_tenant_name === dest_tenant_name;
  const received = routing.destination_tenant_id === caller.tenant_id && routing.origin_tenant_name === dest_tenant_name;
  if (order.order_id !== undefined) return (made || received) && _id.toHexString() === order.order_id.toLowerCase();
  return (made && origin_order_number === order.order_number) || (received && destination_order_number === order.order_number);
};

const seenBy = (tenantId: string, { _id, status, routing, origin_order_number, destination_order_number }: OrderDocument): Order => {
  const origin: End = {
    tenant_id: routing.origin_tenant_id,
    tenant_name: routing.origin_tenant_name,
    instance_id: routing.origin_instance_id,
    instance_name: routing.origin_instance_name,
    source_system: routing.origin_source_system,
    source_system_id: routing.origin_source_system_id,
    order_number: origin_order_number,
  };
  const destination: End = {
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
  };
};
