import { get } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSagaQueue, openSagaSubscription } from '@crossroads/saga-bullmq';
import type { SagaQueue, SagaSubscription } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import type { Intervals } from '../../apps/intake/src/waiting/waited-sagas.js';
import type { RedisServer } from '../scale/redis-server.js';
import { startRedis } from '../scale/redis-server.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture } from './intake-fixture.js';

/** Longer than any wait. */
const neverMs = 1e8;
const never = { minMs: neverMs, maxMs: neverMs };

let server: RedisServer;
let queue: SagaQueue;
const subscriptions: SagaSubscription[] = [];
/** Never polls, so a wait ends only by a notification. */
let notified: IntakeFixture;
/** Polls only while it has no subscription. */
let polling: IntakeFixture;

beforeAll(async () => {
  server = await startRedis();
  const url = `redis://127.0.0.1:${server.port}`;
  queue = openSagaQueue(url, () => undefined);
  await eventually(async () => (await queue.count()) >= 0);
  const open = (name: string, waitIntervals: Intervals): Promise<IntakeFixture> => {
    const subscription = openSagaSubscription(url, () => undefined);
    subscriptions.push(subscription);
    return createIntakeFixture(name, { notifications: { notifySaved: queue.notifySaved, subscription, waitIntervals } });
  };
  notified = await open('notified-waits', { quick: { firstMs: neverMs, ...never }, slow: never });
  polling = await open('polled-waits', { quick: { firstMs: 20, minMs: 20, maxMs: 20 }, slow: never });
}, 60_000);

afterAll(async () => {
  await notified.close();
  await polling.close();
  for (const subscription of subscriptions) await subscription.close();
  await queue.close();
  await server.stop();
});

const submit = async (fixture: IntakeFixture, headers: [string, string][] = []) => {
  const order = await fixture.deliver();
  return fixture.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: order.origin_order_number } } });
};

/** Submits a reset that no worker runs yet. */
const submitIdle = async (fixture: IntakeFixture): Promise<{ id: string; sagaId: string }> => {
  fixture.working = false;
  const { body } = await submit(fixture);
  fixture.working = true;
  return { id: body.log.correlation_id, sagaId: body.log.saga_id };
};

const held = (fixture: IntakeFixture, id: string) => fixture.call(`/v1/order/reset/${id}?wait=25`);

/** Each test ends before its wait of 25 s does, so a wait that no notification ends fails the test. */
const withinMs = 20_000;

test('a held submission responds when a notification reports the end', async () => {
  // The first wait also opens the subscription.
  for (let i = 0; i < 3; i++) expect((await submit(notified, [['Prefer', 'wait=25']])).body.status).toBe('synced');
}, withinMs);

test('a held status request and a stream end when a notification reports the end', async () => {
  const { id, sagaId } = await submitIdle(notified);
  const waits = [held(notified, id), held(notified, id)];
  const events: string[] = [];
  const streamed = new Promise<void>((resolve, reject) => {
    get(`${notified.url}/v1/order/reset/${id}/events`, { headers: { 'X-API-Key': notified.keys.Alpha } }, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => events.push(...[...text.matchAll(/^event: (\w+)$/gm)].map(([, event]) => event!)));
      response.on('end', resolve);
    }).on('error', reject);
  });
  await eventually(() => events.includes('snapshot'));
  await notified.runSaga(sagaId);
  expect((await Promise.all(waits)).map(({ body }) => body.status)).toEqual(['synced', 'synced']);
  await streamed;
  expect(events.at(-1)).toBe('done');
}, withinMs);

test('waits end by polling while Redis is down, and by notifications when it is back', async () => {
  const before = await submitIdle(polling);
  const first = held(polling, before.id);
  server.signal('SIGKILL');
  await polling.runSaga(before.sagaId);
  expect((await first).body.status).toBe('synced');
  await server.restart();
  await eventually(async () => (await queue.count()) >= 0);
  expect((await submit(notified, [['Prefer', 'wait=25']])).body.status).toBe('synced');
}, 2 * withinMs);
