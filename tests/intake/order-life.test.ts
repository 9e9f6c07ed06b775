import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { IntakeFixture } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('order-life')));
afterAll(() => fixture.close());

const order = { order_number: 'L-1' };
const callOk = async (path: string, body: object, as: 'Alpha' | 'Beta' = 'Alpha') => {
  const reply = await fixture.call(`/v1/order/${path}`, { as, headers: to(as === 'Alpha' ? 'Beta' : 'Alpha'), body });
  expect([path, reply.status, reply.text]).toEqual([path, 200, reply.text]);
  return reply.body;
};
const getOrder = async () => callOk('get', order);
const bol = (number: string, net: number) => ({
  order,
  bol_number: number,
  terminal: { source_id: 'T-14' },
  bol_date: '2026-11-02T08:41:00Z',
  details: [{ product: { source_id: 'ULSD' }, net_volume: net, gross_volume: net + 1 }],
});
const drop = (site: string, quantity: number, mode: string) => ({ order, site: { source_id: site }, mode, details: [{ product: { source_id: 'ULSD' }, quantity, post_drop_time: '2026-11-02T10:15:00Z' }] });

const deliver = async () => {
  await callOk('update_status', { order, progress_status: 'driving_to_load', location: { source_id: 'T-14' }, eta: '2026-11-02T08:30:00Z' });
  await callOk('save_bol', bol('BOL-1', 7400.25));
  await callOk('save_bol', bol('BOL-2', 100));
  await callOk('save_drop', drop('site-1', 10, 'append'));
  await callOk('save_drop', drop('site-1', 20, 'append'));
  await callOk('save_drop', drop('site-2', 30, 'append'));
  await callOk('update_status', { order, progress_status: 'complete', actual: '2026-11-02T11:00:00Z' });
};

test('an order is created, delivered, reset and delivered again', async () => {
  const created = await callOk('create', { origin_order_number: 'L-1', delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' }, drops: [] });
  expect(created).toMatchObject({ status: 'synced', log: { saga_type: 'create_order', metadata: { origin_order_number: 'L-1' }, routing: { origin_tenant_name: 'Alpha', destination_tenant_name: 'Beta' } } });
  expect(await getOrder()).toMatchObject({ _id: created.log.metadata.crossroads_order_id, version: 1, progression_state: 'NO_PROGRESS', bols: [] });

  await deliver();
  const delivered = await getOrder();
  expect(delivered).toMatchObject({ version: 8, progression_state: 'COMPLETE' });
  expect(delivered.bols.map(({ bol_number }: { bol_number: string }) => bol_number)).toEqual(['BOL-1', 'BOL-2']);
  expect(delivered.executed_drops).toHaveLength(3);

  const { log } = await callOk('reset', { order });
  expect((await fixture.over(log.correlation_id)).body.status).toBe('synced');
  expect(await getOrder()).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', version: 10 });

  await deliver();
  expect(await getOrder()).toMatchObject({ version: 17, progression_state: 'COMPLETE' });
});

test('a corrected BOL replaces the saved one, also if both are sent at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => callOk('save_bol', bol('BOL-9', index))));
  const bols = (await getOrder()).bols.filter(({ bol_number }: { bol_number: string }) => bol_number === 'BOL-9');
  expect(bols).toHaveLength(1);
});

test('a drop with mode replace replaces only the drops of its site', async () => {
  await callOk('save_drop', drop('site-1', 99, 'replace'));
  const { executed_drops } = await getOrder();
  const at = (site: string) => executed_drops.filter((executed: { site: { source_id: string } }) => executed.site.source_id === site);
  expect(at('site-1')).toMatchObject([{ details: [{ quantity: 99 }] }]);
  expect(at('site-2')).toHaveLength(1);
});

test('complete is rejected before any delivery was saved', async () => {
  await callOk('create', { origin_order_number: 'L-2', delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' }, drops: [] });
  const reply = await fixture.call('/v1/order/update_status', { headers: to('Beta'), body: { order: { order_number: 'L-2' }, progress_status: 'complete' } });
  expect([reply.status, reply.body.detail]).toEqual([422, expect.stringContaining('Save them first')]);
});

test('an order number can be used once', async () => {
  const body = { origin_order_number: 'L-1', delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' }, drops: [] };
  const reply = await fixture.call('/v1/order/create', { headers: to('Beta'), body });
  expect([reply.status, reply.body]).toEqual([422, { detail: "Duplicate order: An order with number 'L-1' already exists for this tenant." }]);
});

const delivery_window = { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' };

test('an order to a tenant that is no partner, that does not exist, or to the caller itself gets the same reply', async () => {
  const create = (name: string) => fixture.call('/v1/order/create', { headers: to(name), body: { origin_order_number: 'L-9', delivery_window, drops: [] } });
  const [noPartner, unknown, self] = [await create('Gamma'), await create('No such company'), await create('Alpha')];
  expect([noPartner.status, noPartner.body]).toEqual([422, { detail: expect.stringContaining('names no partner of yours') }]);
  expect(unknown.text).toBe(noPartner.text);
  expect(self.text).toBe(noPartner.text);
  expect(Object.keys(unknown.headers)).toEqual(Object.keys(noPartner.headers));
  expect(await fixture.store.connection.db!.collection('orders').countDocuments({ origin_order_number: 'L-9' })).toBe(0);
});

test('a number that the other tenant chose does not make the caller’s own number ambiguous', async () => {
  const { log } = await callOk('create', { origin_order_number: 'L-10', delivery_window, drops: [] });
  const mine = log.metadata.crossroads_order_id;
  await callOk('create', { origin_order_number: 'B-1', destination_order_number: 'L-10', delivery_window, drops: [] }, 'Beta');
  await fixture.deliver({ origin_order_number: 'B-2', destination_order_number: 'D-10' }, { from: 'Beta', to: 'Alpha' });
  await callOk('create', { origin_order_number: 'B-3', destination_order_number: 'D-10', delivery_window, drops: [] }, 'Beta');

  expect((await callOk('get', { order_number: 'L-10' }))._id).toBe(mine);
  expect((await fixture.call('/v1/order/get', { body: { order_number: 'L-10' } })).body._id).toBe(mine);
  expect((await callOk('get', { order_number: 'D-10' })).origin_order.origin_order_number).toBe('B-2');
  const reset = await callOk('reset', { order: { order_number: 'L-10' } });
  expect((await fixture.over(reset.log.correlation_id)).body).toMatchObject({ status: 'synced', log: { metadata: { crossroads_order_id: mine } } });
});

test('the destination names the order by its own number, and other tenants get 404', async () => {
  const { destination_order_number } = await getOrder();
  const asBeta = await fixture.call('/v1/order/get', { as: 'Beta', body: { order_number: destination_order_number } });
  expect(asBeta.body).toMatchObject({ origin_order_number: 'L-1', destination_order: { destination_order_number } });
  const asGamma = await fixture.call('/v1/order/get', { as: 'Gamma', body: { order_number: 'L-1' } });
  expect([asGamma.status, asGamma.body]).toEqual([404, { detail: 'Order not found for number: L-1' }]);
});

test('a write during a reset increments the version and does not change the lock', async () => {
  const delivered = await fixture.deliver({ origin_order_number: 'L-3' });
  fixture.destination.answers.push('requested');
  const { log } = await callOk('reset', { order: { order_number: 'L-3' } });
  await eventually(async () => (await fixture.call(`/v1/order/reset/${log.correlation_id}`)).body.status === 'requested');
  await callOk('save_bol', { ...bol('BOL-NEW', 1), order: { order_id: delivered.order_id } });
  const stored = await fixture.store.connection.db!.collection('orders').findOne({ origin_order_number: 'L-3' });
  expect(stored).toMatchObject({ version: 10, lock: { saga_id: log.saga_id }, bols: [{ bol_number: 'BOL-NEW' }] });
});
