import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { sagaCodes } from '@crossroads/contract';
import type { SagaDocument } from '@crossroads/store';
import { orderRepository, sagaViewRepository } from '@crossroads/store';
import { render } from 'preact-render-to-string';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import { SagaHead } from './saga-head.view.js';

let ops: OpenOps;
let sagas: ReturnType<typeof sampleSagas>;
let cookie: string;

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-effects'), redisUrl: testRedisUrl() });
  cookie = await signIn(ops.app, 'operator');
  sagas = sampleSagas(ops.store, 1);
}, 60_000);
afterAll(() => ops.close());

const get = async (path: string) => (await request(ops.app).get(path).set('cookie', cookie).expect(200)).text;
const act = (id: string, action: string, epoch: number) => fromOurPages(request(ops.app).post(`/sagas/${id}/${action}`)).type('form').set('cookie', cookie).send({ reason: 'because', expected_epoch: epoch }).expect(303);
const blockerIn = (html: string) => /data-testid="blocker">Blocked by <a href="\/sagas\/([^"]+)">the reset of order ([^<]+)</.exec(html)?.slice(1);

/** Creates an order and returns resets of it that have not run. */
const resetsOf = async (number: string, count: number): Promise<string[]> => {
  await addOrder(ops.store, sampleOrder(number));
  const ids = [];
  for (let each = 0; each < count; each++) ids.push(await sagas.accept({ order_number: number }, undefined, new Date(Date.now() - 10_000 + each * 1_000)));
  return ids;
};

describe('a waiting reset', () => {
  test('links to the open reset that was accepted before it', async () => {
    const [first, second] = await resetsOf('5001', 2);
    await sagas.runSaga(second!);
    expect(blockerIn(await get(`/sagas/${second}`))).toEqual([first, '5001']);
  });

  test('links to a stopped reset that still locks the order, and lists it', async () => {
    const [first, second] = await resetsOf('5002', 2);
    await sagas.runSaga(first!, 'unavailable');
    await sagas.runSaga(second!);
    const page = await get(`/sagas/${second}`);
    expect(blockerIn(page)).toEqual([first, '5002']);
    expect(page).toContain('Resume or terminate that reset first.');
    expect(page).toContain('View the order and all its resets');
    const api = await request(ops.app).get(`/v1/ops/sagas/${second}`).set('cookie', cookie).expect(200);
    expect(api.body.blocked_by).toBe(first);
  });

  test('links to a younger reset that has the lock', async () => {
    const [first, second] = await resetsOf('5003', 2);
    const orderId = await orderIdOf('5003');
    await orderRepository(ops.store).lock(orderId, { sagaId: second!, epoch: 1 });
    await sagas.runSaga(first!);
    expect(blockerIn(await get(`/sagas/${first}`))).toEqual([second, '5003']);
  });

  test('that a destination blocks has no such link', async () => {
    const [only] = await resetsOf('5004', 1);
    await sagas.runSaga(only!, 'circuit open');
    const page = await get(`/sagas/${only}`);
    expect(blockerIn(page)).toBeUndefined();
    expect(page).toContain('Blocked: the destination fails or is paused.');
  });
});

const orderIdOf = async (number: string): Promise<string> => String((await ops.store.connection.collection('orders').findOne({ origin_order_number: number }))!._id);

test('a reset that awaits approval shows when it expires, on its page and in the list', async () => {
  const [id] = await resetsOf('5005', 1);
  await sagas.runSaga(id!, 'requested');
  expect(await get(`/sagas/${id}`)).toMatch(/Expires<\/dt><dd><time[^>]*>\d{4}-\d\d-\d\d \d\d:\d\d<\/time> <span class="quiet">\(in 6 d 23 h\)/);
  expect(await get('/sagas?phase=awaiting_approval')).toMatch(/expires <time[^>]*>in 6 d 23 h</);
});

describe('after a command', () => {
  test('the page names the request until a worker has run the reset, and refreshes itself', async () => {
    const [id] = await resetsOf('5006', 1);
    await sagas.runSaga(id!, 'unavailable');
    const { headers } = await act(id!, 'resume', 1);
    expect(headers['location']).toBe(`/sagas/${id}?requested=resume`);
    const page = await get(headers['location']!);
    expect(page).toMatch(/data-testid="requested">Resume was requested, and a worker has not finished it yet/);
    expect(page).toContain(`hx-get="/sagas/${id}/live?requested=resume" hx-trigger="every 2s"`);
    await sagas.runSaga(id!, 'synced');
    expect(await get(`/sagas/${id}/live?requested=resume`)).not.toContain('data-testid="requested"');
  });

  test('the page shows the new state if a worker runs the reset within a second', async () => {
    const [id] = await resetsOf('5007', 1);
    await sagas.runSaga(id!, 'unavailable');
    const response = act(id!, 'resume', 1);
    const view = sagaViewRepository(ops.store);
    const run = (async () => {
      while ((await view.saga(id!))!.phase === 'stopped') await new Promise(setImmediate);
      await sagas.runSaga(id!, 'synced');
    })();
    const { headers } = await response;
    await run;
    const page = await get(headers['location']!);
    expect(page).not.toContain('data-testid="requested"');
    expect(page).toMatch(/data-testid="status">synced</);
  });

  test('an unknown name in the address shows nothing', async () => {
    const [id] = await resetsOf('5008', 1);
    expect(await get(`/sagas/${id}?requested=constructor`)).not.toContain('data-testid="requested"');
  });
});

test('no error code shows raw Markdown on the page of its saga', () => {
  for (const code of Object.keys(sagaCodes)) {
    const saga = { _id: 'id', type: 'reset_order', phase: 'stopped', status: 'error', error: { code, message: 'Sentence.' }, request: {}, accepted_at: new Date(), updated_at: new Date(), epoch: 1 } as unknown as SagaDocument;
    expect(render(SagaHead({ details: { saga, blocker: undefined, resumedDestination: undefined }, now: new Date() }))).not.toMatch(/`|\*\*|\]\(/);
  }
});
