import type { Bol, ExecutedDrop, OrderRequest } from '@crossroads/contract';
import { orderLimits } from '@crossroads/contract';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import { bytesOf } from '../mongodb/document-too-large.js';
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
 * The update itself checks `orderLimits`, so concurrent writes cannot exceed them together.
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

  const exists = (filter: object): Promise<boolean> => withStoreErrors(async () => (await orders().findOne(filter as mongo.Filter<OrderDocument>, { projection: { _id: 1 } })) !== null);

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
        const document = { _id: new ObjectId(order_id), ...order, created_at: now, updated_at: now } as OrderDocument;
        if (bytesOf(document) > orderLimits.bytes) throw new OrderWriteRejected('full');
        try {
          await orders().insertOne(document);
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),

    async saveBol(orderId, bol) {
      const _id = new ObjectId(orderId);
      // A terminal without a source_id has no such field, or null in it. Both match null.
      const number = bol.bol_number;
      const terminal = bol.terminal.source_id ?? null;
      const same = { $elemMatch: { bol_number: number, 'terminal.source_id': terminal } };
      const isSame = { $and: [{ $eq: ['$$item.bol_number', { $literal: number }] }, { $eq: [{ $ifNull: ['$$item.terminal.source_id', null] }, { $literal: terminal }] }] };
      const replaceable = { _id, bols: same, ...hasRoom({ for: bol, insteadOf: { $slice: [itemsOf('$bols', isSame), 1] } }) };
      const other = { _id, bols: { $not: same } };
      const addable = { ...other, ...isAbsent('bols', orderLimits.bols), ...hasRoom({ for: bol }) };
      for (let tried = 0; tried < maxTries; tried++) {
        const version = (await change(replaceable, { $set: { 'bols.$': bol }, ...incremented })) ?? (await change(addable, { $push: { bols: bol }, ...incremented }));
        if (version !== undefined) return version;
        if (await exists({ $or: [replaceable, addable] })) continue;
        if (!(await exists({ _id }))) throw new OrderWriteRejected('gone');
        throw new OrderWriteRejected((await exists(other)) && !(await exists({ ...other, ...isAbsent('bols', orderLimits.bols) })) ? 'bols' : 'full');
      }
      throw new OrderWriteRejected('busy');
    },

    async saveDrop(orderId, drop, mode) {
      const _id = new ObjectId(orderId);
      const few = isAbsent('executed_drops', orderLimits.executedDrops);
      const [fits, room, update] =
        mode === 'append'
          ? [few, hasRoom({ for: drop }), { $push: { executed_drops: drop }, ...incremented }]
          : [{ $or: [few, { executed_drops: { $elemMatch: sameSite(drop) } }] }, hasRoom({ for: drop, insteadOf: itemsOf('$executed_drops', isSameSite(drop)) }), replacing(drop)];
      // A pipeline treats a value that is no list as null. Without the type in the filter it would save nothing and return no error.
      const list = mode === 'append' ? {} : { executed_drops: { $type: 'array' } };
      const version = await change({ $and: [{ _id, ...list }, fits, room] }, update);
      if (version !== undefined) return version;
      if (!(await exists({ _id }))) throw new OrderWriteRejected('gone');
      if (!(await exists({ _id, ...list }))) throw new OrderWriteRejected('unfit');
      throw new OrderWriteRejected((await exists({ $and: [{ _id }, fits] })) ? 'full' : 'drops');
    },

    progress: (orderId, state, event, { afterDeliveries }) =>
      change(
        { _id: new ObjectId(orderId), ...(afterDeliveries && { 'bols.0': { $exists: true }, 'executed_drops.0': { $exists: true } }) },
        { $set: { progression_state: state, 'extra_data.progress': event }, ...incremented },
      ),
  };
};

/** Bytes that BOLs and drops leave free: for the lock, the last progress event and the keys of list items. No update of these checks the size. */
const reservedBytes = 8 * 1024;

/**
 * Returns a condition of an update's filter: the order has room for an item, in place of the items that the expression returns.
 * MongoDB evaluates it together with the update, so concurrent updates cannot exceed the limit together.
 */
const hasRoom = ({ for: item, insteadOf }: { for: object; insteadOf?: object }): { $expr: object } => {
  const remaining = insteadOf ? { $subtract: [{ $bsonSize: '$$ROOT' }, { $bsonSize: { replaced: insteadOf } }] } : { $bsonSize: '$$ROOT' };
  return { $expr: { $lte: [remaining, orderLimits.bytes - reservedBytes - bytesOf(item)] } };
};

/** Returns a condition that holds while a list has fewer than `limit` items. */
const isAbsent = (list: string, limit: number): object => ({ [`${list}.${limit - 1}`]: { $exists: false } });

/** Returns an expression for the items of a list that meet a condition. A value that is no list has none. */
const itemsOf = (list: string, cond: object): object => ({ $filter: { input: { $cond: [{ $isArray: list }, list, []] }, as: 'item', cond } });

/** Returns the identifier that decides whether two drops are at one site, with its field. */
const siteOf = ({ site: { source_id, mapping_id, source_name } }: ExecutedDrop): [field: string, name: string | null | undefined] =>
  source_id ? ['source_id', source_id] : mapping_id ? ['mapping_id', mapping_id] : ['source_name', source_name];

const sameSite = (drop: ExecutedDrop): object => {
  const [field, name] = siteOf(drop);
  return { [`site.${field}`]: name };
};

/** `$literal`: a name may begin with a dollar sign. */
const isSameSite = (drop: ExecutedDrop): object => {
  const [field, name] = siteOf(drop);
  return { $eq: [`$$item.site.${field}`, { $literal: name }] };
};

/** Returns a pipeline, because removing and adding are two operations on one list. */
const replacing = (drop: ExecutedDrop): object[] => [
  {
    $set: {
      executed_drops: { $concatArrays: [itemsOf('$executed_drops', { $not: [isSameSite(drop)] }), [{ $literal: drop }]] },
      version: { $add: ['$version', 1] },
      updated_at: '$$NOW',
    },
  },
];

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
