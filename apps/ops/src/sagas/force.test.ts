import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

let ops: OpenOps;
let cookie: string;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-forced'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
}, 60_000);
afterAll(() => ops.close());

test('force is offered after the page has shown the difference, and not before', async () => {
  const sagas = sampleSagas(ops.store);
  await addOrder(ops.store, sampleOrder('4711'));
  const id = await sagas.accept({ order_number: '4711' });
  await sagas.runSaga(id, 'synced');
  await ops.store.connection.collection('orders').updateOne({ origin_order_number: '4711' }, { $set: { progression_state: 'DRIVING_TO_LOAD' }, $inc: { version: 1 } });
  const recover = (body: object) => fromOurPages(request(ops.app).post(`/sagas/${id}/recover`)).set('cookie', cookie).type('form').send({ reason: 'restore it', expected_epoch: 1, ...body });

  const page = await request(ops.app).get(`/sagas/${id}`).set('cookie', cookie).expect(200);
  expect(page.text).toContain(`action="/sagas/${id}/recover"`);
  expect(page.text).not.toContain('name="force"');

  const rejected = await recover({}).expect(409);
  expect(rejected.text).toContain('progression DRIVING_TO_LOAD. The snapshot has 2 BOLs, 3 executed drops and progression COMPLETE.');
  expect(rejected.text).toMatch(/<details class="action" open[\s\S]*value="restore it"[\s\S]*name="force"/);

  const started = await recover({ force: 'true' }).expect(303);
  const recovery = await request(ops.app).get(started.headers['location']!).set('cookie', cookie).expect(200);
  expect(recovery.text).toContain(`Forced recovery of <a href="/sagas/${id}">this reset</a>`);
});
