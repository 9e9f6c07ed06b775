import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRateCounter } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import { testRedisUrl } from '../stores/own-database.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { IntakeFixture } from './intake-fixture.js';

const counter = openRateCounter(testRedisUrl(), () => {});
const nowhere = openRateCounter('redis://127.0.0.1:1', () => {});
let shared: IntakeFixture;
let alone: IntakeFixture;
beforeAll(async () => {
  shared = await createIntakeFixture('rate-shared', { limits: { submits: 5, polls: 20, unauthenticated: 5 }, counter });
  alone = await createIntakeFixture('rate-alone', { limits: { submits: 5, polls: 1_000, unauthenticated: 5 }, counter: nowhere });
});
afterAll(async () => {
  await Promise.all([shared.close(), alone.close()]);
  await Promise.all([counter.close(), nowhere.close()]);
});

const submit = (fixture: IntakeFixture, headers: [string, string][] = []) => fixture.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: 'x' } } });

test.each([['with Redis', () => shared], ['without Redis', () => alone]])('%s a caller above the limit gets 429, and other callers do not', async (_, fixture) => {
  const replies = [];
  for (let i = 0; i < 8; i++) replies.push(await submit(fixture()));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(replies[0]!.headers).toMatchObject({ 'ratelimit-policy': '"submit"; q=5; w=60', ratelimit: expect.stringMatching(/^"submit"; r=4; t=[1-9]\d?$/) });
  expect(replies[7]!.body).toEqual({ detail: expect.stringContaining('Too many requests') });
  expect(Number(replies[7]!.headers['retry-after'])).toBeGreaterThan(0);
  expect(replies.every(({ ms }) => ms < 1_000)).toBe(true);
  expect(await fixture().sagas()).toBe(5);
  expect((await fixture().call('/v1/order/reset')).status).toBe(200);
  expect((await fixture().call('/v1/order/reset', { as: 'Beta', headers: to('Alpha'), body: { order: { order_number: 'x' } } })).status).toBe(200);
});

test('requests with invalid keys are limited by address, and requests with a valid key are not', async () => {
  const guesses = [];
  for (let i = 0; i < 7; i++) guesses.push((await alone.call('/v1/order/reset', { as: null, headers: [['X-API-Key', `guess-${i}`]] })).status);
  expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect((await alone.call('/v1/order/reset')).status).toBe(200);
});

test('a caller that polls above its limit gets 429, and other callers do not', async () => {
  const polls = [];
  for (let i = 0; i < 22; i++) polls.push((await shared.call('/v1/order/reset', { as: 'Gamma' })).status);
  expect(polls).toEqual([...Array<number>(20).fill(200), 429, 429]);
  expect((await shared.call('/v1/order/reset', { as: 'Beta' })).status).toBe(200);
});

test('failed requests for a token are limited by address, and a client with the right secret still gets one', async () => {
  const request = (secret: string) => shared.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body: new URLSearchParams({ client_id: shared.client.id, client_secret: secret }).toString() });
  const guesses = [];
  for (let i = 0; i < 7; i++) guesses.push((await request(`guess-${i}`)).status);
  expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect((await request(shared.client.secret)).status).toBe(200);
});

test('two processes count together', async () => {
  const name = `test-${process.pid}-${Date.now()}`;
  expect(await counter.add(new Map([[name, 3]]), 10_000)).toEqual(new Map([[name, 3]]));
  const second = openRateCounter(testRedisUrl(), () => {});
  await eventually(async () => (await second.add(new Map([[name, 2]]), 10_000)).get(name)! >= 5);
  await second.close();
});

test('a tenant above its limit of active resets gets 429 until some have finished, and no further reset is stored', async () => {
  const full = await createIntakeFixture('rate-open', { maxActiveResets: 3 });
  full.working = false;
  const taken: Awaited<ReturnType<typeof submit>>[] = [];
  let reply = await submit(full);
  for (; reply.status === 200; reply = await submit(full)) taken.push(reply);
  expect([reply.status, reply.headers['retry-after'], reply.body.detail]).toEqual([429, '30', expect.stringContaining('3 active resets')]);
  expect(taken).toHaveLength(3);
  expect(await full.sagas()).toBe(3);
  full.working = true;
  await Promise.all(taken.map(({ body }) => full.runSaga(body.log.saga_id)));
  await eventually(async () => (await submit(full)).status === 200);
  await full.close();
});
