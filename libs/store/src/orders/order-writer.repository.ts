import type { Bol, ExecutedDrop, OrderRequest } from '@crossroads/contract';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { isDuplicateKey, withStoreErrors } from '../mongodb/store-errors.js';
import type { OrderRecord } from './order-reader.repository.js';
import { OrderWriteRejected, orderWriteError } from './order-write-rejected.js';

const { ObjectId } = mongoose.mongo;

/** The caller's tenant, and the name of the tenant at the order's other end. Without the name, any tenant. */
export interface Pair {
  tenantId: string;
  otherName?: string | undefined;
}

/**
 * Creates orders and writes their deliveries and progress. Every write is one atomic update that increments `version`, so a reset notices it.
 * No write changes the lock, which belongs to the saga. All methods throw StoreUnavailable when MongoDB is unavailable.
 * Those that save throw OrderWriteRejected when the order cannot take the write.
 */
export interface OrderWriter {
  /** Returns orders of the pair that the request means, at most two: with two the request is ambiguous. A number that the caller chose takes precedence. */
  find(order: OrderRequest, pair: Pair): Promise<OrderRecord[]>;
  /** Inserts the order. Returns false when the origin tenant has an order with that number. */
  create(order: Omit<OrderRecord, 'order_id'> & { order_id: string }): Promise<boolean>;
  /** Saves the BOL. Replaces the one with the same number and terminal, if there is one. Returns the new version. */
  saveBol(orderId: string, bol: Bol): Promise<number>;
  /** Saves the drop: `append` adds it, `replace` also removes other drops at its site. Returns the new version. */
  saveDrop(orderId: string, drop: ExecutedDrop, mode: 'append' | 'replace'): Promise<number>;
  /** Sets the progression. Returns undefined when `state` requires BOLs and drops, and the order has none. */
  progress(orderId: string, state: string, event: object, rule: { afterDeliveries: boolean }): Promise<number | undefined>;
}

type OrderDocument = Omit<OrderRecord, 'order_id'> & { _id: InstanceType<typeof ObjectId> };

/** Attempts of an upsert into a list. It is two updates of which one matches, unless another system writes in between. */
const maxTries = 10;

const incremented = { $inc: { version: 1 }, $currentDate: { updated_at: true } } as const;

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
        for (const filter of filtersOf(order, pair)) {
          const found = await orders().find(filter, { projection: { lock: 0 }, limit: 2 }).toArray();
          if (found.length > 0) return found.map(({ _id, ...rest }) => ({ order_id: _id.toHexString(), ...rest }));
        }
        return [];
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
      // A terminal without a source_id has no such field, or null in it. Both match null.
      const same = { $elemMatch: { bol_number: bol.bol_number, 'terminal.source_id': bol.terminal.source_id ?? null } };
      for (let tried = 0; tried < maxTries; tried++) {
        const version =
          (await change({ _id, bols: same }, { $set: { 'bols.$': bol }, ...incremented })) ??
          (await change({ _id, bols: { $not: same } }, { $push: { bols: bol }, ...incremented }));
        if (version !== undefined) return version;
      }
      throw new OrderWriteRejected((await isThere(_id)) ? 'busy' : 'gone');
    },

    async saveDrop(orderId, drop, mode) {
      const _id = new ObjectId(orderId);
      // A pipeline treats a value that is no list as null. Without the type in the filter it would save nothing and return no error.
      const version = await (mode === 'append' ? change({ _id }, { $push: { executed_drops: drop }, ...incremented }) : change({ _id, executed_drops: { $type: 'array' } }, replacing(drop)));
      if (version === undefined) throw new OrderWriteRejected((await isThere(_id)) ? 'unfit' : 'gone');
      return version;
    },

    progress: (orderId, state, event, { afterDeliveries }) =>
      change(
        { _id: new ObjectId(orderId), ...(afterDeliveries && { 'bols.0': { $exists: true }, 'executed_drops.0': { $exists: true } }) },
        { $set: { progression_state: state, 'extra_data.progress': event }, ...incremented },
      ),
  };
};

/** Returns a pipeline, because removing and adding are two operations on one list. `$literal`: a name may begin with a dollar sign. */
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

/**
 * Returns filters for the orders of the pair, of which the first that matches applies. To a caller, any other order does not exist.
 * A number that the caller chose comes first. Otherwise the other tenant could make it ambiguous by choosing the same one.
 */
const filtersOf = ({ order_id, order_number }: OrderRequest, { tenantId, otherName }: Pair): object[] => {
  const made = { 'routing.origin_tenant_id': tenantId, ...(otherName !== undefined && { 'routing.destination_tenant_name': otherName }) };
  const received = { 'routing.destination_tenant_id': tenantId, ...(otherName !== undefined && { 'routing.origin_tenant_name': otherName }) };
  if (order_id === undefined) {
    const named = { ...received, destination_order_number: order_number };
    return [
      { $or: [{ ...made, origin_order_number: order_number }, { ...named, destination_number_by: { $exists: false } }] },
      { ...named, destination_number_by: { $exists: true } },
    ];
  }
  return /^[0-9a-f]{24}$/i.test(order_id) ? [{ _id: new ObjectId(order_id), $or: [made, received] }] : [];
};
