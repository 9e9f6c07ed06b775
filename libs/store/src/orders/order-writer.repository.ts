import type { Bol, ExecutedDrop, OrderRequest } from '@crossroads/contract';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { OrderRecord } from './order-reader.repository.js';
import { OrderWriteRejected, orderWriteError } from './order-write-rejected.js';
import { isDuplicateKey, withStoreErrors } from '../mongodb/store-errors.js';

const { ObjectId } = mongoose.mongo;

/** Who speaks of an order, and with whom they share it; with anybody where no name is given. */
export interface Pair {
  tenantId: string;
  otherName?: string | undefined;
}

/**
 * The life of an order outside its resets. Every write is one atomic update that raises `version`, which is how a reset notices
 * that it has to save again; none touches the fence, which belongs to the saga that holds the order. All may throw StoreUnavailable,
 * and those that save OrderWriteRefused.
 */
export interface OrderWriter {
  /** Orders of the pair that the request may mean; two are enough to know it is ambiguous. */
  find(order: OrderRequest, pair: Pair): Promise<OrderRecord[]>;
  /** False when the origin tenant has an order of that number. */
  create(order: Omit<OrderRecord, 'order_id'> & { order_id: string }): Promise<boolean>;
  /** Saves the bill in place of the one with its number and terminal, or beside the others. Answers the new version. */
  saveBol(orderId: string, bol: Bol): Promise<number>;
  saveDrop(orderId: string, drop: ExecutedDrop, mode: 'append' | 'replace'): Promise<number>;
  /** Undefined when `state` may only come after BOLs and drops, and there are none. */
  progress(orderId: string, state: string, event: object, rule: { afterDeliveries: boolean }): Promise<number | undefined>;
}

type OrderDocument = Omit<OrderRecord, 'order_id'> & { _id: InstanceType<typeof ObjectId> };

/** An upsert into a list is two updates of which one matches, unless another writer comes in between. */
const triesAgainstWriters = 10;

const raised = { $inc: { version: 1 }, $currentDate: { updated_at: true } } as const;

export const orderWriter = ({ connection }: Store): OrderWriter => {
  const orders = () => rawCollection<OrderDocument>(connection, collections.orders);

  const change = async (filter: object, update: object | object[]): Promise<number | undefined> => {
    try {
      const changed = await withStoreErrors(() =>
        orders().findOneAndUpdate(filter as mongo.Filter<OrderDocument>, update as mongo.UpdateFilter<OrderDocument>, {
          returnDocument: 'after',
          projection: { version: 1 },
        }),
      );
      return changed ? Number(changed.version) : undefined;
    } catch (error) {
      throw orderWriteError(error);
    }
  };

  const isThere = (_id: OrderDocument['_id']): Promise<boolean> => withStoreErrors(async () => (await orders().findOne({ _id }, { projection: { _id: 1 } })) !== null);

  return {
    find: (order, pair) =>
      withStoreErrors(async () => {
        const filter = sagaIdsIn(order, pair);
        if (!filter) return [];
        const found = await orders().find(filter, { projection: { lock: 0 }, limit: 2 }).toArray();
        return found.map(({ _id, ...rest }) => ({ order_id: _id.toHexString(), ...rest }));
      }),

    create: ({ order_id, ...order }) =>
      withStoreErrors(async () => {
        const now = new Date();
        try {
          await orders().insertOne({ _id: new ObjectId(order_id), ...order, created_at: now, updated_at: now } as OrderDocument);
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),

    async saveBol(orderId, bol) {
      const _id = new ObjectId(orderId);
      // A terminal without a source_id is stored without one, or with null: both match null.
      const same = { $elemMatch: { bol_number: bol.bol_number, 'terminal.source_id': bol.terminal.source_id ?? null } };
      for (let tried = 0; tried < triesAgainstWriters; tried++) {
        const version =
          (await change({ _id, bols: same }, { $set: { 'bols.$': bol }, ...raised })) ??
          (await change({ _id, bols: { $not: same } }, { $push: { bols: bol }, ...raised }));
        if (version !== undefined) return version;
      }
      throw new OrderWriteRejected((await isThere(_id)) ? 'busy' : 'gone');
    },

    async saveDrop(orderId, drop, mode) {
      const _id = new ObjectId(orderId);
      // A pipeline takes what is no list for none, and would save nothing without an error.
      const version = await (mode === 'append' ? change({ _id }, { $push: { executed_drops: drop }, ...raised }) : change({ _id, executed_drops: { $type: 'array' } }, replacing(drop)));
      if (version === undefined) throw new OrderWriteRejected((await isThere(_id)) ? 'unfit' : 'gone');
      return version;
    },

    progress: (orderId, state, event, { afterDeliveries }) =>
      change(
        { _id: new ObjectId(orderId), ...(afterDeliveries && { 'bols.0': { $exists: true }, 'executed_drops.0': { $exists: true } }) },
        { $set: { progression_state: state, 'extra_data.progress': event }, ...raised },
      ),
  };
};

/** A pipeline, because taking out and putting in are two operations on one list. `$literal`: a name may begin with a dollar sign. */
const replacing = (drop: ExecutedDrop): object[] => {
  const { source_id, mapping_id, source_name } = drop.site;
  const [field, name] = source_id ? ['source_id', source_id] : mapping_id ? ['mapping_id', mapping_id] : ['source_name', source_name];
  const others = { $filter: { input: '$executed_drops', as: 'drop', cond: { $ne: [`$$drop.site.${field}`, { $literal: name }] } } };
  return [
    {
      $set: {
        executed_drops: { $concatArrays: [others, [{ $literal: drop }]] },
        version: { $add: ['$version', 1] },
        updated_at: '$$NOW',
      },
    },
  ];
};

/** Anyone else's orders do not match, so they look as if they did not exist. */
const sagaIdsIn = ({ order_id, order_number }: OrderRequest, { tenantId, otherName }: Pair): object | undefined => {
  const made = { 'routing.origin_tenant_id': tenantId, ...(otherName !== undefined && { 'routing.destination_tenant_name': otherName }) };
  const received = { 'routing.destination_tenant_id': tenantId, ...(otherName !== undefined && { 'routing.origin_tenant_name': otherName }) };
  if (order_id === undefined) {
    return { $or: [{ ...made, origin_order_number: order_number }, { ...received, destination_order_number: order_number }] };
  }
  return /^[0-9a-f]{24}$/i.test(order_id) ? { _id: new ObjectId(order_id), $or: [made, received] } : undefined;
};
