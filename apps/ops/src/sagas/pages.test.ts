import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { SagaCommand } from '../commands/commands.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import { fromOurPages, signIn } from '../testing/sign-in.js';

const evil = '<script>alert(1)</script>';
const resume = jest.fn<SagaCommand>();
let ops: OpenOps;
let cookies: { viewer: string; operator: string };
const order: Record<string, string> = {};
const saga: Record<string, string> = {};

beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-pages'), redisUrl: testRedisUrl(), commands: { resume } });
  cookies = { viewer: await signIn(ops.app, 'viewer'), operator: await signIn(ops.app, 'operator') };
  const sagas = sampleSagas(ops.store, 2);
  for (const number of ['4711', '4712', '4713', evil]) order[number] = await addOrder(ops.store, sampleOrder(number));
  saga['stopped'] = await sagas.accept({ order_number: '4711' }, 'c-4711');
  await sagas.runSaga(saga['stopped'], 'unavailable');
  await sagas.runSaga(saga['stopped'], 'unavailable');
  saga['retrying'] = await sagas.accept({ order_number: '4712' });
  await sagas.runSaga(saga['retrying'], 'unavailable');
  saga['rejected'] = await sagas.accept({ order_id: order['4713']! });
  await sagas.runSaga(saga['rejected'], 'rejected');
  saga['evil'] = await sagas.accept({ order_number: evil });
  await sagas.runSaga(saga['evil'], 'synced');
  saga['unknown'] = await sagas.accept({ order_number: '9999' });
  await sagas.runSaga(saga['unknown']);
}, 60_000);
afterAll(() => ops.close());

const get = (path: string, role: 'viewer' | 'operator' = 'viewer') => request(ops.app).get(path).set('cookie', cookies[role]);
const rowsOf = (html: string) => html.match(/data-testid="saga"/g)?.length ?? 0;

describe('the overview', () => {
  test('says what needs attention and that nobody works', async () => {
    const { text } = await get('/').expect(200);
    expect(text).toMatch(/<strong>1<\/strong><span>need attention/);
    expect(text).toContain('No worker is connected');
    expect(rowsOf(text)).toBe(1);
  });
});

describe('the list', () => {
  test('tells retrying from running, with the last error and when it goes on', async () => {
    const { text } = await get('/sagas').expect(200);
    expect(rowsOf(text)).toBe(5);
    expect(text).toContain('retrying · 1 failed');
    expect(text).toContain('Globex Carriers answered 503: maintenance until 04:00.');
    expect(text).toMatch(/<small class="quiet"><time[^>]*>in /);
  });

  test.each([
    ['?show=attention', 1],
    ['?show=in-flight', 1],
    ['?status=error', 2],
    ['?status=error&phase=stopped', 1],
    ['?phase=ended', 3],
    ['?tenant=tenant-acme', 5],
    ['?tenant=nobody', 0],
    ['?status=nonsense&phase[$ne]=x', 5],
  ])('%s shows %i', async (query, rows) => {
    expect(rowsOf((await get(`/sagas${query}`).expect(200)).text)).toBe(rows);
  });

  test('goes on where the page ended', async () => {
    const { text } = await get(`/sagas?before=${saga['rejected']}`).expect(200);
    expect(rowsOf(text)).toBe(2);
  });

  test('escapes what callers made up', async () => {
    const { text } = await get('/sagas');
    expect(text).not.toContain(evil);
    expect(text).toContain('&lt;script>alert(1)&lt;/script>');
  });
});

describe('the search box', () => {
  test.each([
    ['an order number', () => '4711', () => `/sagas/${saga['stopped']}`],
    ['a number at the other end', () => 'G-4711', () => `/sagas/${saga['stopped']}`],
    ['a number nobody has', () => '9999', () => `/sagas/${saga['unknown']}`],
    ['a correlation id', () => ' c-4711 ', () => `/sagas/${saga['stopped']}`],
    ['a saga id', () => saga['retrying']!.toUpperCase(), () => `/sagas/${saga['retrying']}`],
    ['an order id', () => order['4712']!, () => `/sagas/${saga['retrying']}`],
    ['the order of a saga that was asked for by id', () => '4713', () => `/sagas/${saga['rejected']}`],
    ['a status URL', () => 'https://hub.example/v1/order/reset/c-4711', () => `/sagas/${saga['stopped']}`],
    ['a Bull Board URL', () => `http://ops/queues/queue/sagas/saga-${saga['stopped']}-e3`, () => `/sagas/${saga['stopped']}`],
  ])('goes straight from %s to its saga', async (_what, text, where) => {
    const answer = await get(`/sagas?q=${encodeURIComponent(text())}`).expect(303);
    expect(answer.headers['location']).toBe(where());
  });

  test('says how it looked when it found nothing', async () => {
    const { text } = await get(`/sagas?q=${encodeURIComponent(evil + 'x')}`).expect(200);
    expect(text).toContain('Looked for it as a saga id');
    expect(text).not.toContain(evil);
  });
});

describe('a saga', () => {
  test('that stopped says why, draws its attempts, and keeps still', async () => {
    const { text } = await get(`/sagas/${saga['stopped']}`).expect(200);
    expect(text).toContain('destination.unavailable');
    expect(text).toContain('none: waits for an operator');
    expect(text.match(/class="attempt done"/g)).toHaveLength(4);
    expect(text.match(/class="attempt unavailable"/g)).toHaveLength(2);
    expect(text).toContain('BOL-88120');
    expect(text).not.toContain('hx-get');
    expect(text).not.toMatch(/ style="/);
  });

  test('that will be tried again counts down, draws the attempt to come, and refreshes itself', async () => {
    const { text } = await get(`/sagas/${saga['retrying']}`).expect(200);
    expect(text).toContain('class="attempt planned"');
    expect(text).toContain(`hx-get="/sagas/${saga['retrying']}/live"`);
    const live = await get(`/sagas/${saga['retrying']}/live`).set('hx-request', 'true').expect(200);
    expect(live.text).toMatch(/^<div id="live"/);
  });

  test('that was refused shows its undo lane, and the order as it was', async () => {
    const { text } = await get(`/sagas/${saga['rejected']}`).expect(200);
    expect(text).toContain('>Undo</text>');
    expect(text.match(/BOL-88120/g)!.length).toBeGreaterThanOrEqual(2);
  });

  test('shows no secret, neither on its page nor in its JSON', async () => {
    for (const path of [`/sagas/${saga['stopped']}`, `/sagas/${saga['stopped']}.json`]) {
      const { text } = await get(path).expect(200);
      expect(text).not.toMatch(/-secret-value/);
      expect(text).toContain('***');
    }
  });

  test('escapes what callers made up', async () => {
    expect((await get(`/sagas/${saga['evil']}`)).text).not.toContain(evil);
    expect((await get(`/orders/${order[evil]}`)).text).not.toContain(evil);
  });

  test('that does not exist, and any other page, says where to go on', async () => {
    for (const path of ['/sagas/01a2', '/orders/01a2', '/nowhere']) {
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).toContain('with the box above');
    }
  });

  test('tells a refresh that the session has ended', async () => {
    const { status, headers } = await request(ops.app).get(`/sagas/${saga['retrying']}/live`).set('hx-request', 'true');
    expect([status, headers['hx-redirect']]).toEqual([401, '/login']);
  });
});

describe('an order', () => {
  test('lists its resets, what each cleared and whether it was put back', async () => {
    const { text } = await get(`/orders/${order['4713']}`).expect(200);
    expect(text).toContain('2 BOLs, 3 drops');
    expect(text).not.toMatch(/data-label="Put back">no</);
    expect((await get(`/orders/${order['4711']}`)).text).toMatch(/data-label="Put back">no</);
  });
});

describe('an action', () => {
  const act = (role: 'viewer' | 'operator', id: string, body: object) =>
    fromOurPages(request(ops.app).post(`/sagas/${id}/resume`)).type('form').set('cookie', cookies[role]).send(body);
  const input = { reason: 'Globex is back', expected_epoch: '2' };

  test('is offered where it is legal, to operators, if there is a command for it', async () => {
    const stopped = `/sagas/${saga['stopped']}`;
    expect((await get(stopped, 'operator')).text).toContain(`action="${stopped}/resume"`);
    expect((await get(stopped, 'operator')).text).not.toContain(`action="${stopped}/terminate"`);
    expect((await get(stopped, 'viewer')).text).not.toContain('/resume"');
    expect((await get(`/sagas/${saga['retrying']}`, 'operator')).text).not.toContain('/resume"');
  });

  test('is carried out with who, why and what was on the screen', async () => {
    resume.mockReset().mockResolvedValue({ ok: true });
    await act('operator', saga['stopped']!, input).expect(303);
    expect(resume).toHaveBeenCalledWith(saga['stopped']!, { by: 'operator', role: 'operator', from: expect.any(String), reason: 'Globex is back', expectedEpoch: 2, force: false });
  });

  test('that came too late says so', async () => {
    resume.mockReset().mockResolvedValue({ ok: false, code: 'saga.moved', message: 'The saga has moved since you looked.' });
    expect((await act('operator', saga['stopped']!, input).expect(409)).text).toContain('The saga has moved since you looked.');
  });

  test('is refused to viewers, without a reason, and where there is none of that name', async () => {
    resume.mockReset();
    await act('viewer', saga['stopped']!, input).expect(403);
    await act('operator', saga['stopped']!, { ...input, reason: ' ' }).expect(422);
    await fromOurPages(request(ops.app).post(`/sagas/${saga['stopped']}/constructor`)).type('form').set('cookie', cookies.operator).send(input).expect(404);
    expect(resume).not.toHaveBeenCalled();
  });
});

test('while MongoDB is away the login still opens and says what is wrong', async () => {
  const away = await openOps({ mongodbUri: ownDatabase('ops-away'), redisUrl: testRedisUrl() });
  const cookie = await signIn(away.app, 'viewer');
  await away.store.connection.dropDatabase();
  await away.store.close();
  await request(away.app).get('/login').expect(200);
  const { status, text } = await request(away.app).get('/').set('cookie', cookie);
  expect(status).toBe(503);
  expect(text).toContain('MongoDB does not answer');
  await fromOurPages(request(away.app).post('/login')).type('form').send({ username: 'viewer', password: 'x' }).expect(503);
  await away.close();
});
