import type { Routing } from '@crossroads/contract';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import { openAmong } from '../sagas/open-sagas.js';

const { ObjectId } = mongoose.mongo;

/** A whole order. See docs/data-model.md. */
export interface OrderRecord {
  order_id: string;
  routing: Routing;
  origin_order_number: string;
  destination_order_number: string | null;
  /** Who chose the destination's number, if it was not the destination. */
  destination_number_by?: 'origin' | 'crossroads';
  po: string | null;
  supply_owner: object | null;
  delivery_window: object;
  note: string | null;
  drops: object[];
  bols: object[];
  executed_drops: object[];
  bol_photos: object[];
  progression_state: string;
  status: string;
  version: number;
  extra_data: object;
}

/** Reads and replaces orders as whole documents. */
export interface OrderReader {
  /** Inserts the order, or replaces the one with its id. Does nothing while a saga locks that one. */
  put(order: OrderRecord): Promise<void>;
  get(orderId: string): Promise<OrderRecord | undefined>;
}

export const orderReader = (store: Store): OrderReader => {
  const orders = () => rawCollection(store.connection, collections.orders);
  return {
    put: ({ order_id, ...order }) =>
      withStoreErrors(async () => {
        const _id = new ObjectId(order_id);
        const stored = await orders().findOne<{ lock?: { saga_id: string } }>({ _id }, { projection: { lock: 1 } });
        const lock = stored?.lock;
        if (!stored) await orders().insertOne({ _id, ...order });
        else if (!lock) await orders().replaceOne({ _id, lock: { $exists: false } }, order);
        else if (!(await openAmong(store, [lock.saga_id])).has(lock.saga_id)) await orders().replaceOne({ _id, 'lock.saga_id': lock.saga_id }, { ...order, lock });
      }),

    get: (orderId) =>
      withStoreErrors(async () => {
        const order = await orders().findOne({ _id: new ObjectId(orderId) });
        if (!order) return undefined;
        const { _id, lock: _lock, ...rest } = order;
        return { order_id: orderId, ...rest } as unknown as OrderRecord;
      }),
  };
};
