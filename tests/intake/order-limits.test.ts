import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { orderLimits } from '@crossroads/contract';
import { bytesOf } from '@crossroads/store';
import mongoose from 'mongoose';
import type { IntakeFixture, Reply } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('order-limits')));
afterAll(() => fixture.close());

const when = '2026-11-02T08:41:00Z';
const product = { source_id: 'ULSD' };
const stored = async (orderId: string) => (await fixture.store.connection.db!.collection('orders').findOne({ _id: new mongoose.mongo.ObjectId(orderId) }))!;
const send = (call: string, order_id: string, body: object) => fixture.call(`/v1/order/${call}`, { headers: to('Beta'), body: { order: { order_id }, ...body } });

/** Returns the fields of a BOL with about a kilobyte for each detail. */
const bol = (bol_number: string, details = 1) => ({
  bol_number,
  terminal: { source_id: 'T-14' },
  bol_date: when,
  details: Array.from({ length: details }, () => ({ product: { source_id: 'p'.repeat(120), source_name: 'n'.repeat(120), mapping_id: 'm'.repeat(120) }, supplier: { source_id: 's'.repeat(120), source_name: 'n'.repeat(120), mapping_id: 'm'.repeat(120) }, net_volume: 1.5, gross_volume: 1.5 })),
});
const drop = (site: string, mode: 'append' | 'replace', details = 1) => ({
  site: { source_id: site },
  mode,
  details: Array.from({ length: details }, () => ({ product: { source_id: 'p'.repeat(120), source_name: 'n'.repeat(120), mapping_id: 'm'.repeat(120) }, quantity: 1, post_drop_time: when })),
});
const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status);
const codes = (replies: readonly Reply[]) => [...new Set(replies.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body.code}`))];

describe('concurrent calls never exceed', () => {
  test('the number of BOLs', async () => {
    const bols = Array.from({ length: orderLimits.bols - 5 }, (_, index) => ({ bol_number: `BOL-${index}`, terminal: { source_id: 'T-14' } }));
    const { order_id } = await fixture.deliver({ bols });
    const replies = await Promise.all(Array.from({ length: 15 }, (_, index) => send('save_bol', order_id, bol(`new-${index}`, 0))));
    expect(statuses(replies).filter((status) => status === 200)).toHaveLength(5);
    expect(codes(replies)).toEqual(['422 order.too_many_bols']);
    expect((await stored(order_id))['bols']).toHaveLength(orderLimits.bols);
  });

  test.each(['append', 'replace'] as const)('the number of drops: %s', async (mode) => {
    const executed_drops = Array.from({ length: orderLimits.executedDrops - 5 }, (_, index) => ({ site: { source_id: `site-${index}` }, details: [] }));
    const { order_id } = await fixture.deliver({ executed_drops });
    const replies = await Promise.all(Array.from({ length: 15 }, (_, index) => send('save_drop', order_id, drop(`new-${index}`, mode, 0))));
    expect(statuses(replies).filter((status) => status === 200)).toHaveLength(5);
    expect(codes(replies)).toEqual(['422 order.too_many_drops']);
    expect((await stored(order_id))['executed_drops']).toHaveLength(orderLimits.executedDrops);
  });

  test('the bytes of the order', async () => {
    const { order_id } = await fixture.deliver({ bols: [] });
    const calls = Array.from({ length: 6 }, (_, index) => [send('save_bol', order_id, bol(`BOL-${index}`, 50)), send('save_drop', order_id, drop('site-1', 'append', 50)), send('save_drop', order_id, drop(`site-${index + 2}`, 'replace', 50))]).flat();
    const replies = await Promise.all(calls);
    expect(codes(replies)).toEqual(['422 order.full']);
    const bytes = bytesOf(await stored(order_id));
    expect(bytes).toBeLessThanOrEqual(orderLimits.bytes);
    // Without this, the test would pass if no call had succeeded.
    expect(bytes).toBeGreaterThan(orderLimits.bytes / 2);
  });
});

describe('an order that has reached a limit', () => {
  test('still takes a BOL or drop in place of a saved one, progress, and a reset', async () => {
    const details = Array.from({ length: orderLimits.bols }, (_, index) => bol(`BOL-${index}`, 0));
    const drops = Array.from({ length: orderLimits.executedDrops }, (_, index) => ({ site: { source_id: `site-${index}` }, details: [] }));
    const order = await fixture.deliver({ bols: details, executed_drops: drops });
    const replies = [
      await send('save_bol', order.order_id, bol('BOL-7')),
      await send('save_drop', order.order_id, drop('site-7', 'replace')),
      await send('update_status', order.order_id, { progress_status: 'complete' }),
      await fixture.call('/v1/order/reset', { headers: [...to('Beta'), ['Prefer', 'wait=20']], body: { order: { order_id: order.order_id } } }),
    ];
    expect(replies.map(({ status, body }) => [status, body.status])).toEqual(Array.from({ length: 4 }, () => [200, 'synced']));
  });

  test('in bytes takes a BOL of the same size in place of a saved one, and no larger one', async () => {
    const order = await fixture.deliver({ bols: [] });
    let saved = 0;
    while ((await send('save_bol', order.order_id, bol(`BOL-${saved}`, 50))).status === 200) saved++;
    expect(saved).toBeGreaterThan(1);
    expect((await send('save_bol', order.order_id, bol('BOL-0', 50))).status).toBe(200);
    const larger = await send('save_bol', order.order_id, bol('BOL-0', 150));
    expect([larger.status, larger.body.code, larger.body.detail]).toEqual([422, 'order.full', expect.stringMatching(/256 kB.*Nothing was saved/)]);
  });
});

test('an order is not created above the limit of bytes', async () => {
  const loads = Array.from({ length: 50 }, () => ({ terminals: Array.from({ length: 20 }, () => ({ source_id: 'T' })) }));
  const body = { origin_order_number: 'too-large', delivery_window: { start: when, end: '2026-11-03T08:41:00Z' }, drops: Array.from({ length: 11 }, () => ({ site: { source_id: 'S' }, product, volume: 1, loads })) };
  const reply = await fixture.call('/v1/order/create', { headers: to('Beta'), body });
  expect([reply.status, reply.body.code]).toEqual([422, 'order.full']);
  expect((await fixture.call('/v1/order/get', { headers: to('Beta'), body: { order_number: 'too-large' } })).status).toBe(404);
});

test('a time longer than 64 characters is rejected', async () => {
  const { order_id } = await fixture.deliver();
  const reply = await send('update_status', order_id, { progress_status: 'assigned', eta: `2026-11-02T08:41:00.${'0'.repeat(1_000)}Z` });
  expect([reply.status, reply.body.detail[0].loc]).toEqual([422, ['body', 'eta']]);
});

test('an order of another system that is too large to return gets 422', async () => {
  const { order_id } = await fixture.deliver({ bols: [{ bol_number: 'x'.repeat(3_000_000) }] });
  const reply = await fixture.call('/v1/order/get', { headers: to('Beta'), body: { order_id } });
  expect([reply.status, reply.body.code]).toEqual([422, 'reply.too_large']);
});
