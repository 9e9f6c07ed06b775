import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entryOf, resetRequestFor } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { snapshotOf } from './lossless-bson.js';
import { journalRepository, openStore, orderWriter, orderRepository } from '../index.js';
import type { Store } from '../index.js';

const { BSON, ObjectId } = mongoose.mongo;

const megabyte = 1024 * 1024;
const text = (megabytes: number): string => 'x'.repeat(megabytes * megabyte);

let store: Store;
const documents = () => store.connection.db!.collection<{ _id: string; text?: string }>('documents');
const insert = (_id: string, fields: object = {}) => store.commit.insert('documents', { _id, ...fields });
const push = (_id: string, value: string) => store.commit.update('documents', { _id }, { $push: { list: value } });

/** Returns values as they are, and of errors the code or the name. */
const outcomes = async (writes: Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(writes)).map((each) => (each.status === 'fulfilled' ? each.value : ((each.reason as { code?: unknown }).code ?? (each.reason as Error).name)));

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('large-documents'), operationTimeoutMs: 10_000 });
  await store.connected;
});

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

describe('a write that is too large', () => {
  test.each([
    ['a document of 17 MB', 17],
    ['a document of 20 MB', 20],
    ['a document larger than a message may be', 50],
  ])('%s is rejected alone and in a group, and the other writes succeed', async (_, megabytes) => {
    const id = uuidv7();
    expect(await outcomes([insert(`${id}:alone`, { text: text(megabytes) })])).toEqual(['order.too_large']);
    expect(await outcomes([insert(`${id}:1`), insert(`${id}:2`, { text: text(megabytes) }), insert(`${id}:1`), insert(`${id}:3`)])).toEqual([true, 'order.too_large', false, true]);
    expect(await documents().countDocuments({ _id: { $regex: `^${id}` } })).toBe(2);
  });

  test('an update that would make a document too large is rejected alone and in a group', async () => {
    const id = uuidv7();
    await insert(`${id}:full`, { text: text(15) });
    await insert(`${id}:other`);
    expect(await outcomes([push(`${id}:full`, text(2))])).toEqual(['order.too_large']);
    expect(await outcomes([push(`${id}:full`, text(2)), push(`${id}:other`, 'little'), push(`${id}:none`, 'little')])).toEqual(['order.too_large', true, false]);
  });

  test('an update that is too large itself is rejected alone and in a group', async () => {
    const id = uuidv7();
    await insert(id);
    expect(await outcomes([push(id, text(18))])).toEqual(['order.too_large']);
    expect(await outcomes([push(id, text(18)), push(id, 'little')])).toEqual(['order.too_large', true]);
  });

  test('many large documents at once are stored in several messages', async () => {
    const id = uuidv7();
    const list = [text(7)];
    await insert(id);
    const large = Array.from({ length: 6 }, (_, index) => store.commit.insert('documents', { _id: `${id}:${index}`, list }, 7 * megabyte));
    const set = Array.from({ length: 2 }, () => store.commit.update('documents', { _id: id }, { $set: { list } }));
    expect(await outcomes([...large, ...set])).toEqual(Array.from({ length: 8 }, () => true));
    await documents().deleteMany({});
  });
});

test('a write that BSON cannot hold fails alone, as it would by itself', async () => {
  const id = uuidv7();
  const odd = () => insert(`${id}:odd`, { value: { _bsontype: 'Nothing' } });
  const [alone] = await outcomes([odd()]);
  expect(await outcomes([insert(`${id}:1`), odd(), insert(`${id}:2`)])).toEqual([true, alone, true]);
  expect(alone).toMatch(/^BSON/);
});

describe('a log entry', () => {
  const metadata = { tenantId: 'alpha', correlationId: 'c', type: 'reset_order', request: resetRequestFor({ order_number: '4711' }), inboundRequest: {} };
  const write = (extra_data: object) =>
    journalRepository(store).write(entryOf(uuidv7(), 1, 'done', { detail: { extra_data } }), metadata, {});

  test('whose snapshot is too large is rejected, and the other entries of the group are written', async () => {
    const [large, small] = await Promise.allSettled([write({ version: 1, bols: [text(17)], executed_drops: [] }), write({ version: 1, bols: ['little'], executed_drops: [] })]);
    expect(large).toMatchObject({ status: 'rejected', reason: { name: 'NonRetryableError', code: 'order.too_large' } });
    expect(small.status).toBe('fulfilled');
  });
});

describe('an order that is full', () => {
  const orders = () => store.connection.db!.collection('orders');
  const bol = { bol_number: 'BOL-1', terminal: { source_id: 'T-1' }, notes: text(1) };
  const drop = { site: { source_id: 'site-1' }, notes: text(1) };
  let orderId: string;
  beforeAll(async () => {
    const { insertedId } = await orders().insertOne({ filler: text(15), bols: [], executed_drops: [], version: 1, progression_state: 'NO_PROGRESS' });
    orderId = insertedId.toHexString();
  });

  test.each([
    ['a BOL', () => orderWriter(store).saveBol(orderId, bol as never)],
    ['a drop', () => orderWriter(store).saveDrop(orderId, drop as never, 'append')],
    ['a drop in place of another', () => orderWriter(store).saveDrop(orderId, drop as never, 'replace')],
    ['an event', () => orderWriter(store).progress(orderId, 'DRIVING', { text: text(1) }, { afterDeliveries: false })],
  ])('rejects %s, and not as a temporary failure', async (_, save) => {
    await expect(save()).rejects.toMatchObject({ name: 'OrderWriteRejected', reason: 'full' });
  });
});

test('a write to a deleted order is not reported as one to retry', async () => {
  const gone = new ObjectId().toHexString();
  await expect(orderWriter(store).saveBol(gone, { bol_number: 'BOL-1', terminal: {} } as never)).rejects.toMatchObject({ reason: 'gone' });
  await expect(orderWriter(store).saveDrop(gone, { site: { source_id: 'site-1' } } as never, 'replace')).rejects.toMatchObject({ reason: 'gone' });
});

test('an order without routing does not fail the other orders of the same query', async () => {
  const orders = () => store.connection.db!.collection('orders');
  const routing = { origin_tenant_id: 'alpha', origin_tenant_name: 'Alpha', destination_tenant_id: 'beta', destination_tenant_name: 'Beta' };
  const { insertedIds } = await orders().insertMany([{ routing, origin_order_number: '1' }, { origin_order_number: '2' }]);
  const { find } = orderRepository(store);
  const [well] = await Promise.allSettled(Object.values(insertedIds).map((id) => find(resetRequestFor({ order_id: id.toHexString() }))));
  expect(well).toMatchObject({ status: 'fulfilled', value: [{ order_id: insertedIds[0]!.toHexString() }] });
});

describe('the snapshot of an order', () => {
  const order = (fields: object) => BSON.serialize({ _id: new ObjectId(), bols: [], executed_drops: [], progression_state: 'COMPLETE', version: 1, ...fields });

  test('with a key that BSON reserves is rejected for this order alone', () => {
    const raw = Buffer.from(order({ odd: { xbsontype: 'Nothing' } }));
    expect(snapshotOf(raw)[1]).toMatchObject({ version: 1 });
    // As another writer may have stored it; our driver would not.
    raw.write('_bsontype', raw.indexOf('xbsontype'), 'latin1');
    const [orderId, snapshot] = snapshotOf(raw);
    expect(orderId).toBe(raw.toString('hex', 9, 21));
    expect(snapshot).toMatchObject({ name: 'NonRetryableError', code: 'order.not_representable' });
  });

  test('of more than 15 MB is rejected before anything is cleared', () => {
    expect(snapshotOf(order({ bols: [text(15)] }))[1]).toMatchObject({ name: 'NonRetryableError', code: 'order.too_large' });
    expect(snapshotOf(order({ bols: [text(14)] }))[1]).toMatchObject({ version: 1 });
  });
});
