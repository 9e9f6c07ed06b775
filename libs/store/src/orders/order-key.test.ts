import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { resetRequestFor } from '@crossroads/testkit';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { Store } from '../index.js';
import { collections, makeIndexes, openStore, orderRepository } from '../index.js';
import { OrderKeys } from './order-key.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('order-key'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

let number = 1;

/** Inserts an order whose number `rename` changes after the order was found. */
const renamed = async () => {
  const orders = orderRepository(store);
  const stored = store.connection.db!.collection(collections.orders);
  const owner = { sagaId: uuidv7(), epoch: 1 };
  const { insertedId } = await stored.insertOne({
    routing: { origin_tenant_id: 'alpha', origin_tenant_name: 'Alpha', destination_tenant_id: 'beta', destination_tenant_name: 'Beta' },
    origin_order_number: String(number++),
    destination_order_number: 'D',
    status: 'synced',
    version: 7,
    progression_state: 'COMPLETE',
    bols: [{ bol_number: 'B' }],
    executed_drops: [],
    lock: { saga_id: owner.sagaId, epoch: 1 },
  });
  const orderId = insertedId.toHexString();
  const rename = async (): Promise<void> => {
    expect(await orders.find(resetRequestFor({ order_id: orderId }))).toHaveLength(1);
    await stored.updateOne({ _id: insertedId }, { $set: { origin_order_number: String(number++) } });
  };
  return { orders, orderId, owner, rename, order: async () => (await stored.findOne({ _id: insertedId }))! };
};

test('a number that changes after the order was found prevents no write and no restore', async () => {
  const { orders, orderId, owner, rename, order } = await renamed();
  await rename();
  const snapshot = await orders.snapshot(orderId);
  await rename();
  // The old key does not match, so the second try finds the order by its id.
  expect(await orders.clearDeliveries(orderId, 7, owner)).toEqual({ version: 7 });
  await rename();
  expect(await orders.clearedVersion(orderId, owner)).toBe(7);
  await rename();
  expect(await orders.resetProgression(orderId, 'COMPLETE', owner)).toEqual({ was: 'COMPLETE' });
  await rename();
  expect(await orders.restoreProgression(orderId, owner)).toBe('restored');
  await rename();
  await orders.restoreDeliveries(orderId, snapshot, owner);
  expect(await order()).toMatchObject({ progression_state: 'COMPLETE', bols: [{ bol_number: 'B' }], lock: { saga_id: owner.sagaId } });
  await orders.requestLock(orderId, { sagaId: 'another' });
  await rename();
  expect(await orders.isRequested(orderId, owner)).toBe(true);
});

test('nor does it make an order of this saga look deleted or not locked', async () => {
  const { orders, orderId, owner, rename } = await renamed();
  await rename();
  await expect(orders.clearedVersion(orderId, owner)).resolves.toBeUndefined();
  await rename();
  await expect(orders.clearedVersion(orderId, { ...owner, sagaId: uuidv7() })).rejects.toMatchObject({ code: 'order.not_locked' });
});

test('new keys replace the oldest ones', () => {
  const keys = new OrderKeys();
  const { ObjectId } = store.connection.base.mongo;
  const ids = Array.from({ length: 10_001 }, () => new ObjectId());
  for (const _id of ids) keys.store({ _id, routing: { origin_tenant_id: 'alpha', destination_tenant_id: 'beta' }, origin_order_number: '1' });
  expect(keys.of(ids[0]!.toHexString())).toEqual({ _id: ids[0] });
  expect(keys.of(ids[1]!.toHexString())).toEqual({ _id: ids[1], 'routing.origin_tenant_id': 'alpha', origin_order_number: '1' });
});
