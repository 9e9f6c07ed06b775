import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, passwords, signIn, testLifetime } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

let ops: OpenOps;
let stopped: string;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-sessions'), redisUrl: testRedisUrl() });
  const sagas = sampleSagas(ops.store, 1);
  await addOrder(ops.store, sampleOrder('4711'));
  stopped = await sagas.accept({ order_number: '4711' });
  await sagas.runSaga(stopped, 'unavailable');
}, 60_000);
afterEach(() => void jest.useRealTimers());
afterAll(() => ops.close());

const start = 1_900_000_000_000;
/** Sets the clock and leaves all timers real. */
const setTime = (now: number): void => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'hrtime'] });
};
const statusOf = async (path: string, cookie: string, headers: Record<string, string> = {}): Promise<number> => (await request(ops.app).get(path).set({ cookie, ...headers })).status;

test('a login ends the session that the browser had before', async () => {
  const earlier = await signIn(ops.app, 'viewer');
  await fromOurPages(request(ops.app).post('/login')).set('cookie', earlier).type('form').send({ username: 'operator', password: passwords.operator }).expect(303);
  expect(await statusOf('/sagas', earlier)).toBe(303);
});

describe('a session', () => {
  test('ends after the idle time without use', async () => {
    setTime(start);
    const cookie = await signIn(ops.app, 'viewer');
    setTime(start + testLifetime.idleMs - 1_000);
    expect(await statusOf('/sagas', cookie)).toBe(200);
    setTime(start + 2 * testLifetime.idleMs - 10_000);
    expect(await statusOf('/sagas', cookie)).toBe(200);
    setTime(start + 3 * testLifetime.idleMs);
    expect(await statusOf('/sagas', cookie)).toBe(303);
  });

  test('is not kept alive by an open page that refreshes itself', async () => {
    setTime(start);
    const cookie = await signIn(ops.app, 'viewer');
    setTime(start + testLifetime.idleMs - 1_000);
    expect(await statusOf(`/sagas/${stopped}/live`, cookie, { 'hx-request': 'true' })).toBe(200);
    expect(await statusOf('/queues/api/queues', cookie)).toBe(200);
    setTime(start + testLifetime.idleMs + 1_000);
    expect(await statusOf('/sagas', cookie)).toBe(303);
  });

  test('ends after its maximum lifetime, however much it is used', async () => {
    setTime(start);
    const cookie = await signIn(ops.app, 'viewer');
    for (let at = 0; at < testLifetime.maxMs; at += testLifetime.idleMs / 2) {
      setTime(start + at);
      expect(await statusOf('/sagas', cookie)).toBe(200);
    }
    setTime(start + testLifetime.maxMs + 1_000);
    expect(await statusOf('/sagas', cookie)).toBe(303);
  });
});

describe('a form that is sent after the session has ended', () => {
  const reason = 'Globex is back, "see" <ticket> 4711 & more';
  const send = () => fromOurPages(request(ops.app).post(`/sagas/${stopped}/resume`)).set('accept', 'text/html').type('form').send({ reason, expected_epoch: '1' });
  const keptIn = (html: string): string => /name="kept" value="([^"]*)"/.exec(html)![1]!.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const signInWith = (kept: string, password = passwords.operator) => fromOurPages(request(ops.app).post('/login')).type('form').send({ username: 'operator', password, kept });

  test('is kept through the login, also after a wrong password, and changes nothing until it is sent again', async () => {
    const login = await send().expect(401);
    expect(login.text).toContain('Your entries are kept');
    const wrong = await signInWith(keptIn(login.text), 'wrong').expect(401);
    const signedIn = await signInWith(keptIn(wrong.text)).expect(200);
    expect(signedIn.text).toContain(`action="/sagas/${stopped}/resume" method="post"`);
    expect(signedIn.text).toContain('name="reason" value="Globex is back, &quot;see&quot; &lt;ticket> 4711 &amp; more"');
    expect(await ops.store.connection.collection<{ _id: string }>('sagas').findOne({ _id: stopped })).toMatchObject({ phase: 'stopped' });

    const [cookie] = signedIn.headers['set-cookie'] as unknown as string[];
    await fromOurPages(request(ops.app).post(`/sagas/${stopped}/resume`)).set('cookie', cookie!.split(';')[0]!).type('form').send({ reason, expected_epoch: '1' }).expect(303);
    expect(await ops.store.connection.collection('audit').findOne({ saga_id: stopped })).toMatchObject({ reason });
  });

  test('of another site is rejected, and is not kept', async () => {
    const { text } = await request(ops.app).post(`/sagas/${stopped}/resume`).set({ 'sec-fetch-site': 'cross-site', accept: 'text/html' }).type('form').send({ reason }).expect(403);
    expect(text).not.toContain('name="kept"');
  });

  test.each(['//evil.example/x', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)'])('is never sent to %j', async (path) => {
    const { text } = await signInWith(JSON.stringify({ path, fields: [['reason', 'x']] })).expect(200);
    expect(text).toContain('action="/" method="post"');
  });

  test.each(['nonsense', '{}', '{"path":1,"fields":[]}', '{"path":"/","fields":[["a"]]}'])('that was changed to %j is ignored', async (kept) => {
    await signInWith(kept).expect(303);
  });

  test('by a script gets an error instead of a page', async () => {
    const { body } = await fromOurPages(request(ops.app).post('/v1/ops/sagas/x/resume')).send({ reason }).expect(401);
    expect(body).toMatchObject({ code: 'operator.not_signed_in' });
  });
});

test.each(['//evil.example/nowhere', '/\\evil.example/nowhere'])('an error page at %j and the login after it stay on this site', async (path) => {
  const server = ops.app.listen(0);
  try {
    const signedOut = await request(server).get(path);
    expect(signedOut.headers['location']).toBe('/login?next=%2F');
    const { text } = await request(server).get(path).set('cookie', await signIn(ops.app, 'viewer'));
    expect(text).toContain('Try again');
    expect(text).not.toMatch(/href="[/\\]{2}/);
  } finally {
    server.close();
  }
});
