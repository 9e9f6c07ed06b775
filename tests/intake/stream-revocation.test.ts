import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { IntakeFixture } from './intake-fixture.js';
import { createIntakeFixture, scopes, to } from './intake-fixture.js';

let idle: IntakeFixture;
/** Its heartbeat is longer than the time in which an intake notices a change. */
let busy: IntakeFixture;
beforeAll(async () => {
  idle = await createIntakeFixture('stream-idle', { heartbeatMs: 20 });
  busy = await createIntakeFixture('stream-busy', { heartbeatMs: 1_000 });
  for (const fixture of [idle, busy]) fixture.working = false;
});
beforeEach(() => letCacheExpire());
afterEach(async () => {
  jest.useRealTimers();
  await changeClient(idle, { scopes, tenant_ids: ['alpha', 'beta'], revoked_at: null });
});
afterAll(async () => {
  await idle.close();
  await busy.close();
});

const changeClient = ({ store }: IntakeFixture, change: object) => store.connection.db!.collection('clients').updateMany({}, { $set: change });

const start = Date.now();
let minutesAhead = 0;
/** Sets the clock to a time at which no credentials are cached any longer, and leaves all timers real. */
const letCacheExpire = (): void => {
  minutesAhead += 2;
  jest.useFakeTimers({ now: start + minutesAhead * 60_000, doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'hrtime'] });
};

/** Opens the stream of a reset that does not end, with a token. */
const openStream = async (fixture: IntakeFixture) => {
  const order = await fixture.deliver();
  const { body } = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
  const form = new URLSearchParams({ client_id: fixture.client.id, client_secret: fixture.client.secret }).toString();
  const { body: token } = await fixture.call('/auth/token', { as: null, type: 'application/x-www-form-urlencoded', body: form });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${fixture.url}/v1/order/reset/${body.log.correlation_id}/events`, { headers: { Authorization: `Bearer ${token.access_token}`, 'X-Tenant-Name': 'Alpha' } }, resolve).on('error', reject);
  });
  let text = '';
  let hasEnded = false;
  response.setEncoding('utf8').on('data', (part) => (text += String(part))).on('end', () => (hasEnded = true));
  return { sagaId: body.log.saga_id as string, status: response.statusCode, text: () => text, hasEnded: () => hasEnded, heartbeats: () => text.split(': heartbeat').length - 1, close: () => response.destroy() };
};

test('a stream whose credentials stay valid stays open', async () => {
  const stream = await openStream(idle);
  expect(stream.status).toBe(200);
  letCacheExpire();
  const before = stream.heartbeats();
  await eventually(() => stream.heartbeats() > before + 3);
  expect(stream.hasEnded()).toBe(false);
  stream.close();
});

test.each([
  ['is revoked', { revoked_at: new Date(0) }],
  ['loses the scope', { scopes: ['order:get'] }],
  ['loses the tenant', { tenant_ids: ['beta'] }],
])('a stream ends when its client %s', async (_, change) => {
  const stream = await openStream(idle);
  await eventually(() => stream.heartbeats() > 0);
  await changeClient(idle, change);
  letCacheExpire();
  await eventually(() => stream.hasEnded());
});

test('a stream ends when its client is revoked, although it is never idle', async () => {
  const stream = await openStream(busy);
  const sagas = busy.store.connection.db!.collection<{ _id: string }>('sagas');
  await changeClient(busy, { revoked_at: new Date(0) });
  letCacheExpire();
  await eventually(async () => {
    await sagas.updateOne({ _id: stream.sagaId }, { $inc: { settled_epoch: 1 } });
    return stream.hasEnded();
  });
});
