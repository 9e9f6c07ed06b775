import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';
import type { AnyDocument, SagaLike } from './document.js';
import { losslessBson, named, objectId } from './document.js';
import { batchLoader } from './group-read.js';
import type { OrderName, DataAccess } from './data-access.js';

/** Reads and writes that leave together with whatever else waits: writes through the store's own group commit. */
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

  const whole = batchLoader(async (ids) => {
    const found = await ordersOf()
      .find({ _id: { $in: ids.map(objectId) } }, losslessBson)
      .toArray();
    return new Map(found.map((order) => [String(order['_id']), order]));
  });

  const lines = batchLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [string[], string]);
    const found = await sagasOf()
      .find({ next_run_at: { $exists: true }, concurrency_keys: { $in: asked.flatMap(([line]) => line) } }, { projection: { concurrency_keys: 1 } })
      .toArray();
    const first = new Map<string, string>();
    for (const { _id, concurrency_keys } of found) for (const key of concurrency_keys) if (!(first.get(key)! <= _id)) first.set(key, _id);
    return new Map(keys.map((key, index) => [key, asked[index]![0].map((line) => first.get(line)).find((id) => id !== undefined && id < asked[index]![1])]));
  });

  return {
    insert: (name, document) => commit.insert(name, document),
    update: (name, filter, change) => commit.update(name, filter, change),
    saga: async (id) => there(await sagas(id), id),
    order: async (name) => there(await orders(keyOf(name)), name.number),
    wholeOrder: async (id) => there(await whole(id), id),
    blockedBy: (keys, sagaId) => lines(JSON.stringify([keys, sagaId])),
  };
};

const keyOf = ({ tenantId, otherName, number }: OrderName): string => JSON.stringify({ tenantId, otherName, number });

const there = (document: AnyDocument | undefined, name: string): AnyDocument => {
  if (!document) throw new Error(`The bench finds no document ${name}`);
  return document;
};
