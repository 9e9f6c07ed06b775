import type { Order, RecoverRequest, SnapshotInfo } from '@crossroads/order-reset';
import { clearDeliveriesStep, concurrencyKeysOfOrder, recoverOrderType } from '@crossroads/order-reset';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import { openAmong } from './open-sagas.js';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument } from './saga-document.js';
import type { SagaRow } from './saga-view.repository.js';

/** An order for the operator pages, as it is now. */
export interface OrderView {
  order_id: string;
  origin: { tenant: string; number: string };
  destination: { tenant: string; number: string | null };
  status: string;
  version: number;
  progression_state: string;
  bols: unknown[];
  executed_drops: unknown[];
  /** The saga that locks it. Absent when the order is free: the saga that locked it last has ended. */
  held_by?: string;
}

/** One saga about an order, and its effect on the order. */
export interface OrderReset {
  saga: SagaRow;
  /** What was cleared. Absent when nothing was, or not yet. */
  cleared?: SnapshotInfo;
  /** When it was restored. */
  restored_at?: Date;
  /** The recovery that restored it. Absent when the saga itself did. */
  restored_by?: string;
}

export interface OrderViewRepository {
  order(orderId: string): Promise<OrderView | undefined>;
  /** Returns the newest sagas about the order, newest first. The saga `including` is always among them, however old. */
  resets(orderId: string, including?: string): Promise<OrderResets>;
}

export interface OrderResets {
  resets: OrderReset[];
  /** Number of all sagas about the order, also of those that are left out. */
  total: number;
}

/** Newest resets of one order that are read. */
export const maxResets = 100;

/** The names of an order. */
export interface OrderNames {
  _id: InstanceType<typeof mongoose.mongo.ObjectId>;
  routing: Record<`${'origin' | 'destination'}_tenant_id`, string>;
  origin_order_number: string;
  destination_order_number: string | null;
}

interface OrderDocument extends OrderNames, Pick<OrderView, 'status' | 'version' | 'progression_state' | 'bols' | 'executed_drops'> {
  routing: Record<`${'origin' | 'destination'}_tenant_${'id' | 'name'}`, string>;
  lock?: { saga_id: string };
}

type Effect = Pick<EntryDocument, 'saga_id' | 'step' | 'date' | 'journal'>;

export const orderViewRepository = (store: Store): OrderViewRepository => {
  const { connection } = store;
  const find = async (orderId: string): Promise<OrderDocument | undefined> => {
    if (!/^[0-9a-f]{24}$/i.test(orderId)) return undefined;
    return (await rawCollection<OrderDocument>(connection, collections.orders).findOne({ _id: new mongoose.mongo.ObjectId(orderId) })) ?? undefined;
  };

  const lockOf = async ({ lock, routing }: OrderDocument): Promise<Pick<OrderView, 'held_by'>> =>
    lock && (await openAmong(store, [lock.saga_id], [routing.origin_tenant_id, routing.destination_tenant_id])).has(lock.saga_id) ? { held_by: lock.saga_id } : {};

  /** Returns the ids of open sagas about the order. Before its first journal entry, only its concurrency keys link a saga to the order. */
  const openSagas = async (orderId: string): Promise<string[]> => {
    const order = await find(orderId);
    const sagas = await rawCollection<SagaDocument>(connection, collections.sagas)
      .find({ concurrency_keys: { $in: order ? concurrencyKeysOf(order) : [`id:${orderId.toLowerCase()}`] }, next_run_at: { $exists: true } }, { projection: { _id: 1 } })
      .toArray();
    return sagas.map(({ _id }) => _id);
  };

  return {
    order: (orderId) =>
      withStoreErrors(async () => {
        const document = await find(orderId);
        return document && { ...viewOf(document), ...(await lockOf(document)) };
      }),

    resets: (orderId, including) =>
      withStoreErrors(async () => {
        const about = { 'metadata.crossroads_order_id': { $in: [orderId, orderId.toLowerCase()] } };
        const logs = rawCollection<EntryDocument>(connection, collections.logs);
        const sagas = rawCollection<SagaDocument>(connection, collections.sagas);
        const [logged, open] = await Promise.all([logs.distinct('saga_id', about), openSagas(orderId)]);
        const all = [...new Set([...logged, ...open, ...(including === undefined ? [] : [including])])].sort().reverse();
        const ids = all.filter((id, index) => index < maxResets || id === including);
        const [rows, effects, recoveries] = await Promise.all([
          sagas.find({ _id: { $in: ids } }, { projection: { inbound_request: 0, concurrency_keys: 0 }, sort: { _id: -1 } }).toArray(),
          logs
            .find({ saga_id: { $in: ids }, 'step.name': clearDeliveriesStep, 'step.outcome': 'done' }, { projection: { saga_id: 1, step: 1, date: 1, journal: 1 } })
            .toArray(),
          sagas
            .find({ _id: { $in: all }, type: recoverOrderType, status: 'synced', 'request.recovers.saga_id': { $in: ids } }, { projection: { request: 1, ended_at: 1 } })
            .toArray(),
        ]);
        const resets = rows.map((saga) => ({ saga, ...effectOf(effects.filter(({ saga_id }) => saga_id === saga._id)), ...recoveryOf(saga, recoveries) }));
        return { resets, total: all.length };
      }),
  };
};

export const concurrencyKeysOf = ({ _id, routing, origin_order_number, destination_order_number }: OrderNames): string[] =>
  concurrencyKeysOfOrder({
    order_id: _id.toHexString(),
    caller: { tenant_id: routing.origin_tenant_id, order_number: origin_order_number },
    counterparty: { tenant_id: routing.destination_tenant_id, order_number: destination_order_number },
  } as Order);

const effectOf = (effects: Effect[]): Omit<OrderReset, 'saga'> => {
  const run = effects.find(({ step }) => step.direction !== 'undo');
  const undone = effects.find(({ step }) => step.direction === 'undo');
  const { cleared } = (run?.journal.output ?? {}) as { cleared?: SnapshotInfo };
  return { ...(cleared && { cleared }), ...(cleared && undone && { restored_at: undone.date }) };
};

/** Returns the recovery of a reset. The request of a recovery names the reset. */
const recoveryOf = ({ _id }: SagaRow, recoveries: readonly Pick<SagaRow, '_id' | 'request' | 'ended_at'>[]): Pick<OrderReset, 'restored_at' | 'restored_by'> => {
  const recovery = recoveries.find(({ request }) => (request as Partial<RecoverRequest>).recovers?.saga_id === _id);
  return recovery?.ended_at ? { restored_at: recovery.ended_at, restored_by: recovery._id } : {};
};

const viewOf = ({ _id, routing, origin_order_number, destination_order_number, ...order }: OrderDocument): OrderView => ({
  order_id: _id.toHexString(),
  origin: { tenant: routing.origin_tenant_name, number: origin_order_number },
  destination: { tenant: routing.destination_tenant_name, number: destination_order_number },
  status: order.status,
  version: order.version,
  progression_state: order.progression_state,
  bols: order.bols,
  executed_drops: order.executed_drops,
});
