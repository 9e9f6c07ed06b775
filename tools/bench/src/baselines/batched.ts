import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';
import type { AnyDocument, Baseline, DataAccess, OrderName, SagaLike } from './baseline.js';
import { losslessBson, named, objectId } from './baseline.js';
import { loop } from './same-writes.js';

/** The same reads, writes and POST in a plain loop, batched: no queue, no claims, no kernel. */
export const batched: Baseline = (work) => loop(work, batchedAccess(work.store));

/** Batches concurrent reads, and sends writes through the store's group commit. */
export const batchedAccess = ({ connection, commit }: Store): DataAccess => {
  const sagasOf = () => connection.db!.collection<SagaLike>(collections.sagas);
  const ordersOf = () => connection.db!.collection<AnyDocument>(collections.orders);

  const sagas = batchLoader(async (ids) => {
    const found = await sagasOf().find({ _id: { $in: ids } }).toArray();
    return new Map(found.map((saga) => [String(saga['_id']), saga]));
  });

  const orders = batchLoader(async (keys) => {
    const pairs = new Map<string, OrderName & { numbers: string[] }>();
    for (const key of keys) {
      const name = JSON.parse(key) as OrderName;
      const pair = pairs.get(`${name.tenantId}/${name.otherName}`) ?? { ...name, numbers: [] };
      pair.numbers.push(name.number);
      pairs.set(`${name.tenantId}/${name.otherName}`, pair);
    }
    const $or = [...pairs.values()].flatMap(({ tenantId, otherName, numbers }) => [
      { 'routing.origin_tenant_id': tenantId, 'routing.destination_tenant_name': otherName, origin_order_number: { $in: numbers } },
      { 'routing.destination_tenant_id': tenantId, 'routing.origin_tenant_name': otherName, destination_order_number: { $in: numbers } },
    ]);
    const found = await ordersOf().find({ $or }, { projection: named }).toArray();
    return new Map(found.map((order) => [keyOf({ tenantId: order['routing'].origin_tenant_id, otherName: order['routing'].destination_tenant_name, number: order['origin_order_number'] }), order]));
  });

  const wholeOrders = batchLoader(async (ids) => {
    const found = await ordersOf()
      .find({ _id: { $in: ids.map(objectId) } }, losslessBson)
      .toArray();
    return new Map(found.map((order) => [String(order['_id']), order]));
  });

  const firstInQueue = batchLoader(async (keys) => {
    const queries = keys.map((key) => JSON.parse(key) as [string[], string]);
    const found = await sagasOf()
      .find({ next_run_at: { $exists: true }, concurrency_keys: { $in: queries.flatMap(([concurrencyKeys]) => concurrencyKeys) } }, { projection: { concurrency_keys: 1 } })
      .toArray();
    const first = new Map<string, string>();
    for (const { _id, concurrency_keys } of found) for (const key of concurrency_keys) if (!(first.get(key)! <= _id)) first.set(key, _id);
    return new Map(keys.map((key, index) => [key, queries[index]![0].map((concurrencyKey) => first.get(concurrencyKey)).find((id) => id !== undefined && id < queries[index]![1])]));
  });

  return {
    insert: (name, document) => commit.insert(name, document),
    update: (name, filter, change) => commit.update(name, filter, change),
    saga: async (id) => orThrow(await sagas(id), id),
    order: async (name) => orThrow(await orders(keyOf(name)), name.number),
    wholeOrder: async (id) => orThrow(await wholeOrders(id), id),
    blockedBy: (keys, sagaId) => firstInQueue(JSON.stringify([keys, sagaId])),
  };
};

const keyOf = ({ tenantId, otherName, number }: OrderName): string => JSON.stringify({ tenantId, otherName, number });

const orThrow = (document: AnyDocument | undefined, id: string): AnyDocument => {
  if (!document) throw new Error(`The benchmark found no document ${id}`);
  return document;
};

interface Caller<Value> {
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/** Batches reads that arrive while one is in flight. Like the store's BatchLoader, but for queries that the store does not batch. */
export const batchLoader = <Value>(load: (keys: string[]) => Promise<Map<string, Value>>): ((key: string) => Promise<Value | undefined>) => {
  let waiting = new Map<string, Caller<Value>[]>();
  let isLoading = false;

  const loadWaiting = async (): Promise<void> => {
    if (isLoading || waiting.size === 0) return;
    const group = waiting;
    waiting = new Map();
    isLoading = true;
    try {
      const found = await load([...group.keys()]);
      for (const [key, callers] of group) for (const { resolve } of callers) resolve(found.get(key));
    } catch (error) {
      for (const callers of group.values()) for (const { reject } of callers) reject(error);
    }
    isLoading = false;
    void loadWaiting();
  };

  return (key) =>
    new Promise((resolve, reject) => {
      const callers = waiting.get(key);
      if (callers) callers.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
      if (waiting.size === 1) setImmediate(() => void loadWaiting());
    });
};
