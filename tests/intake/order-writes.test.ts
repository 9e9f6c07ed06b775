import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MongodbProxy } from '@crossroads/testkit';
import { eventually, openMongodbProxy } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { ownDatabase } from '../stores/own-database.js';
import type { IntakeFixture, Reply } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

const { ObjectId } = mongoose.mongo;

let proxy: MongodbProxy;
let fixture: IntakeFixture;
beforeAll(async () => {
  proxy = await openMongodbProxy({ target: ownDatabase('order-writes') });
  fixture = await createIntakeFixture('order-writes', { uri: proxy.uri() });
});
afterAll(async () => {
  await fixture.close();
  await proxy.close();
});

const when = '2026-11-02T08:41:00Z';
const details = [{ product: { source_id: 'ULSD' }, net_volume: 1, gross_volume: 1 }];
const writes = {
  save_bol: { bol_number: 'BOL-1', terminal: { source_id: 'T-14' }, bol_date: when, details },
  save_drop: { site: { source_id: 'site-1' }, mode: 'append', details: [{ product: { source_id: 'ULSD' }, quantity: 1, post_drop_time: when }] },
  replace_drop: { site: { source_id: 'site-1' }, mode: 'replace', details: [{ product: { source_id: 'ULSD' }, quantity: 1, post_drop_time: when }] },
  update_status: { progress_status: 'driving_to_load', location: { source_id: 'T-14' }, eta: when, note: 'x' },
};
type Write = keyof typeof writes;

const orders = () => fixture.store.connection.db!.collection('orders');
const orderOf = async (fields: object) => {
  const order = await fixture.deliver();
  await orders().updateOne({ _id: new ObjectId(order.order_id) }, { $set: fields });
  return order;
};
const send = (write: Write, order_id: string) =>
  fixture.call(`/v1/order/${write === 'replace_drop' ? 'save_drop' : write}`, { headers: to('Beta'), body: { order: { order_id }, ...writes[write] } });

describe('an order that cannot store the change', () => {
  // The error of MongoDB for an update that would make a document larger than 16 MB. The tests of the store provoke it on a real server.
  test.each(['save_bol', 'save_drop', 'replace_drop', 'update_status'] as const)('because it is full: %s gets 422 without Retry-After', async (write) => {
    const order = await orderOf({});
    const rule = proxy.reject(({ name }) => name === 'findAndModify', 17_419);
    const reply = await send(write, order.order_id);
    rule.end();
    expect([reply.status, reply.body.detail, reply.headers['retry-after']]).toEqual([422, expect.stringContaining('The order would be larger than 256 kB'), undefined]);
  });

  test.each([
    ['save_bol', { bols: null }],
    ['save_bol', { bols: { a: 1 } }],
    ['save_drop', { executed_drops: null }],
    ['replace_drop', { executed_drops: null }],
    ['replace_drop', { executed_drops: { a: 1 } }],
    ['update_status', { version: 'seven' }],
  ] as const)('because another writer stored something else: %s on %p gets 422, and nothing is saved', async (write, fields) => {
    const order = await orderOf(fields);
    const before = await orders().findOne({ _id: new ObjectId(order.order_id) });
    const reply = await send(write, order.order_id);
    expect([reply.status, reply.body.detail]).toEqual([422, expect.stringContaining('malformed')]);
    expect(await orders().findOne({ _id: new ObjectId(order.order_id) })).toEqual(before);
  });
});

test('a BOL gets 503 with Retry-After while other writers keep changing the order', async () => {
  const order = await orderOf({ bols: [] });
  // Each second attempt finds a BOL of another writer, and the next attempt finds it removed.
  const never = { bol_number: 'BOL-1', terminal: { source_id: 'T-14' } };
  const set = (bols: object[]) => orders().updateOne({ _id: new ObjectId(order.order_id) }, { $set: { bols } });
  let tries = 0;
  let reply!: Promise<Reply>;
  for (;;) {
    const held = proxy.hold(({ name }) => name === 'findAndModify', { times: 1 });
    const replying = tries === 0 ? (reply = send('save_bol', order.order_id)) : reply;
    const next = await Promise.race([replying.then(() => 'over'), eventually(() => held.hits() === 1).then(() => 'held')]);
    if (next === 'over') {
      held.end();
      break;
    }
    await set(tries++ % 2 === 0 ? [] : [never]);
    held.release();
  }
  const { status, headers, body } = await reply;
  expect([status, headers['retry-after'], body.detail]).toEqual([503, '1', expect.stringContaining('kept changing the order')]);
});

test('a write without a reply from MongoDB gets a 503 that names both outcomes', async () => {
  const order = await orderOf({});
  const lost = proxy.loseReply(({ name }) => name === 'findAndModify', { repeatsToo: true });
  const reply = await send('save_drop', order.order_id);
  lost.end();
  expect([reply.status, reply.headers['retry-after'], reply.body.detail]).toEqual([503, '2', expect.stringContaining('saved or not')]);
});
