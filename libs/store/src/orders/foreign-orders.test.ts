import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resetOrder } from '@crossroads/order-reset';
import { createSagaRunner } from '@crossroads/saga';
import { memoryClock, memoryDestination, memorySagas, resetRequestFor, silent } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { Store } from '../index.js';
import { auditLogRepository, collections, journalRepository, makeIndexes, openStore, orderRepository } from '../index.js';

const { BSON, Long, ObjectId } = mongoose.mongo;

let store: Store;
let number = 1;

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('foreign-orders'), operationTimeoutMs: 5_000 });
  await store.connected;
  await makeIndexes(store.connection);
}, 30_000);
afterAll(() => store.close());

const orders = () => store.connection.db!.collection(collections.orders);

const ordinary = {
  routing: { origin_tenant_id: 'alpha', origin_tenant_name: 'Alpha', destination_tenant_id: 'beta', destination_tenant_name: 'Beta' },
  bols: [{ bol_number: 'BOL-1' }],
  executed_drops: [{ site: 'site-104' }],
  progression_state: 'COMPLETE',
  status: 'synced',
  version: 7,
};

/** Inserts an order as another system may have stored it. Fields that are undefined are left out. */
const orderWith = async (fields: object) => {
  const document = { ...ordinary, origin_order_number: String(number++), destination_order_number: `9${number}`, ...fields };
  const present = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
  const { insertedId } = await orders().insertOne(present);
  return insertedId;
};

const bytesOf = async (_id: unknown): Promise<string> => {
  const order = (await orders().findOne({ _id: _id as never }, { promoteValues: false, projection: { version: 0, lock: 0 } }))!;
  return Buffer.from(BSON.serialize(order)).toString('base64');
};

/** Resets the order by id, with the given reply of the destination. The sagas are in memory, all else is real. */
const reset = async (orderId: unknown, answer: 'synced' | 'rejected') => {
  const sagas = memorySagas(memoryClock());
  const destinations = memoryDestination();
  destinations.answers.push(answer);
  const type = resetOrder({
    orders: orderRepository(store),
    auditLog: auditLogRepository(store),
    orderQueue: { blockedBy: async () => undefined, wakeNext: async () => undefined },
    destinations,
  });
  const journal = journalRepository(store);
  const sagaId = uuidv7();
  const saga = sagas.accept(sagaId, 'reset_order', resetRequestFor({ order_id: String(orderId) }));
  const metadata = { tenantId: 'alpha', correlationId: `c-${sagaId}`, type: 'reset_order', request: saga.request as object, inboundRequest: {} };
  const runSaga = createSagaRunner({ types: [type], sagas, journal: { ...journal, write: (entry, _facts, state) => journal.write(entry, metadata, state) }, log: silent });
  await runSaga(sagaId);
  return { ...saga, sent: destinations.received.length };
};

const unusual = [
  ['no bols', { bols: undefined }],
  ['bols that are null', { bols: null }],
  ['no executed_drops', { executed_drops: undefined }],
  ['executed_drops that are null', { executed_drops: null }],
  ['no progression_state', { progression_state: undefined }],
  ['a progression_state that is null', { progression_state: null }],
  ['none of the three', { bols: undefined, executed_drops: undefined, progression_state: undefined }],
  ['a version of another number type', { version: Long.fromNumber(7) }],
  ['a version that is a double', { version: new mongoose.mongo.Double(7) }],
] as const;

describe('an order of another system with', () => {
  test.each(unusual)('%s can be reset', async (_, fields) => {
    const _id = await orderWith(fields);
    expect(await reset(_id, 'synced')).toMatchObject({ phase: 'ended', status: 'synced' });
    expect(await orders().findOne({ _id })).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', version: 9 });
  });

  test.each(unusual)('%s is byte for byte as it was after the destination rejected', async (_, fields) => {
    const _id = await orderWith(fields);
    const before = await bytesOf(_id);
    expect(await reset(_id, 'rejected')).toMatchObject({ phase: 'ended', status: 'rejected' });
    // The order of fields has no meaning, but a restored document must not lose or gain a field.
    const sorted = async (bytes: string) => Object.entries(BSON.deserialize(Buffer.from(bytes, 'base64'), { promoteValues: false })).sort(([a], [b]) => a.localeCompare(b));
    expect(await sorted(await bytesOf(_id))).toEqual(await sorted(before));
  });

  test.each([
    ['bols that are an object', { bols: { 0: { bol_number: 'BOL-1' } } }],
    ['executed_drops that are text', { executed_drops: 'none' }],
    ['a progression_state that is a number', { progression_state: 3 }],
    ['no version', { version: undefined }],
    ['a version that is null', { version: null }],
    ['a version that is text', { version: '7' }],
    ['a version that exceeds a safe integer', { version: Long.fromString('9007199254740993') }],
    ['a version with a fraction', { version: 7.5 }],
  ] as const)('%s is rejected before anything is locked or cleared', async (_, fields) => {
    const _id = await orderWith(fields);
    const before = await bytesOf(_id);
    expect(await reset(_id, 'synced')).toMatchObject({ phase: 'ended', status: 'error', error: { code: 'order.malformed' }, sent: 0 });
    expect(await bytesOf(_id)).toBe(before);
  });

  test('no routing belongs to no pair of tenants, and does not fail the other orders of the query', async () => {
    const repository = orderRepository(store);
    const [without, other] = [await orderWith({ routing: undefined }), await orderWith({})];
    const [none, found] = await Promise.all([without, other].map((_id) => repository.find(resetRequestFor({ order_id: (_id as InstanceType<typeof ObjectId>).toHexString() }))));
    expect(none).toEqual([]);
    expect(found).toHaveLength(1);
  });
});
