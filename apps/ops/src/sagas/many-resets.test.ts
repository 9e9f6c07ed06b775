import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { maxHits, maxResets } from '@crossroads/store';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

const number = '4711';
const laterResets = maxHits + 1;
let ops: OpenOps;
let cookie: string;
let orderId: string;
let synced: string;

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-many-resets'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
  const sagas = sampleSagas(ops.store);
  orderId = await addOrder(ops.store, sampleOrder(number));
  synced = await sagas.accept({ order_number: number });
  await sagas.runSaga(synced, 'synced');
  for (let later = 0; later < laterResets; later++) await sagas.accept({ order_number: number });
}, 60_000);
afterAll(() => ops.close());

const get = (path: string) => request(ops.app).get(path).set('cookie', cookie).expect(200);

test('Recover is offered for a reset that more than a hundred later resets of its order follow', async () => {
  expect(laterResets).toBeGreaterThan(maxResets);
  const { text } = await get(`/sagas/${synced}`);
  expect(text).toContain(`action="/sagas/${synced}/recover"`);
  const { body } = await get(`/v1/ops/sagas/${synced}`);
  expect(body).toMatchObject({ actions: ['recover'] });
});

test('the order page counts all resets and names the number shown', async () => {
  const { text } = await get(`/orders/${orderId}`);
  expect(text).toContain(`Resets and recoveries <span class="count">${laterResets + 1}</span>`);
  expect(text).toContain(`the newest ${maxResets} of ${laterResets + 1}`);
});

test('a search that finds more resets than it lists shows a warning, and so does a bulk action on its results', async () => {
  // Two orders have the number, so the search does not redirect to one of them.
  await addOrder(ops.store, { ...sampleOrder('other'), destination_order_number: number });
  expect((await get(`/sagas?q=${number}`)).text).toContain('More resets match');
  expect((await get(`/bulk/new?action=cancel&scope=matching&q=${number}`)).text).toContain('More resets match');
});
