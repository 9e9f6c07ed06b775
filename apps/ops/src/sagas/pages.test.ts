import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import request from 'supertest';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { SagaCommand } from '../commands/commands.js';
import type { OpenOps } from '../testing/open-ops.js';
import { fromOurPages, openOps, signIn } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';

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
  test('shows what needs attention and that no worker is connected', async () => {
    const { text } = await get('/').expect(200);
    expect(text).toMatch(/<strong>1<\/strong><span>need attention/);
    expect(text).toContain('No worker is connected');
    expect(rowsOf(text)).toBe(1);
  });
});

describe('the list', () => {
  test('shows retrying sagas with the last error and the next attempt', async () => {
    const { text } = await get('/sagas').expect(200);
    expect(rowsOf(text)).toBe(5);
    expect(text).toContain('retrying · 1 failed');
    expect(text).toContain('Globex Carriers returned 503: maintenance until 04:00.');
    expect(text).toMatch(/<small class="quiet"><time[^>]*>in /);
  });

  test.each([
    ['?show=attention', 1],
    ['?show=in-flight', 1],
    ['?status=error', 2],
    ['?status=error&phase=stopped', 1],
    ['?phase=ended', 3],
    ['?tenant=tenant-acme', 5],
    ['?tenant=unknown', 0],
    ['?tenant=&q=+', 5],
  ])('%s shows %i', async (query, rows) => {
    expect(rowsOf((await get(`/sagas${query}`).expect(200)).text)).toBe(rows);
  });

  test.each([
    ['phase=bogus', 'phase', '/sagas?status=error'],
    ['phase=', 'phase', '/sagas?status=error'],
    ['phase=ended&phase=stopped', 'phase', '/sagas?status=error'],
    ['phase[$ne]=x', 'phase[$ne]', '/sagas?status=error'],
    ['show=bogus&tenant=tenant-acme', 'show', '/sagas?status=error&amp;tenant=tenant-acme'],
    ['before=zzz', 'before', '/sagas?status=error'],
    ['foo=1', 'foo', '/sagas?status=error'],
    ['shwo=blocked&phase=bogus', 'phase, shwo', '/sagas?status=error'],
  ])('with the wrong parameter %s shows no reset, names the parameter and links to the list without it', async (query, name, href) => {
    const { text } = await get(`/sagas?status=error&${query}`).expect(400);
    expect(rowsOf(text)).toBe(0);
    for (const each of name.split(', ')) expect(text).toContain(`${each}: `);
    expect(text).toContain('An old bookmark can have such a parameter.');
    expect(/<a class="button" href="([^"]*)">\s*Open without ([^<]*?)\s*</.exec(text)?.slice(1)).toEqual([href, name]);
    await get(href.replaceAll('&amp;', '&')).expect(200);
  });

  test('continues where the page ended', async () => {
    const { text } = await get(`/sagas?before=${saga['rejected']}`).expect(200);
    expect(rowsOf(text)).toBe(2);
  });

  test('escapes the input of callers', async () => {
    const { text } = await get('/sagas');
    expect(text).not.toContain(evil);
    expect(text).toContain('&lt;script>alert(1)&lt;/script>');
  });
});

describe('the search box', () => {
  test.each([
    ['an order number', () => '4711', () => `/sagas/${saga['stopped']}`],
    ['a number at the other end', () => 'G-4711', () => `/sagas/${saga['stopped']}`],
    ['the number of an unknown order', () => '9999', () => `/sagas/${saga['unknown']}`],
    ['a correlation id', () => ' c-4711 ', () => `/sagas/${saga['stopped']}`],
    ['a saga id', () => saga['retrying']!.toUpperCase(), () => `/sagas/${saga['retrying']}`],
    ['an order id', () => order['4712']!, () => `/sagas/${saga['retrying']}`],
    ['the number of an order that was requested by id', () => '4713', () => `/sagas/${saga['rejected']}`],
    ['a status URL', () => 'https://hub.example/v1/order/reset/c-4711', () => `/sagas/${saga['stopped']}`],
    ['a Bull Board URL', () => `http://ops/queues/queue/sagas/saga-${saga['stopped']}-e3`, () => `/sagas/${saga['stopped']}`],
  ])('redirects from %s to its saga', async (_input, text, location) => {
    const response = await get(`/sagas?q=${encodeURIComponent(text())}`).expect(303);
    expect(response.headers['location']).toBe(location());
  });

  test('lists what it searched when it found nothing', async () => {
    const { text } = await get(`/sagas?q=${encodeURIComponent(evil + 'x')}`).expect(200);
    expect(text).toContain('No saga id, correlation id, order id or order number');
    expect(text).not.toContain(evil);
  });
});

describe('a saga', () => {
  test('that stopped shows the error and its attempts, and does not refresh', async () => {
    const { text } = await get(`/sagas/${saga['stopped']}`).expect(200);
    expect(text).toContain('destination.unavailable');
    expect(text).toContain('none until an operator acts');
    expect(text.match(/class="attempt done"/g)).toHaveLength(4);
    expect(text.match(/class="attempt unavailable"/g)).toHaveLength(2);
    expect(text).toContain('BOL-88120');
    expect(text).not.toContain('hx-get');
    expect(text).not.toMatch(/ style="/);
  });

  test('that is retrying shows the next attempt and refreshes itself', async () => {
    const { text } = await get(`/sagas/${saga['retrying']}`).expect(200);
    expect(text).toContain('class="attempt planned"');
    expect(text).toContain(`hx-get="/sagas/${saga['retrying']}/live"`);
    const live = await get(`/sagas/${saga['retrying']}/live`).set('hx-request', 'true').expect(200);
    expect(live.text).toMatch(/^<div id="live"/);
  });

  test('that was rejected shows its undo attempts and the restored order', async () => {
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

  test('escapes the input of callers', async () => {
    expect((await get(`/sagas/${saga['evil']}`)).text).not.toContain(evil);
    expect((await get(`/orders/${order[evil]}`)).text).not.toContain(evil);
  });

  test('that does not exist, and any unknown page, names the search box', async () => {
    for (const path of ['/sagas/01a2', '/orders/01a2', '/nowhere']) {
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).toContain('in the box at the top');
    }
  });

  test('shows a notice instead of its refresh when the session has ended, and stays open', async () => {
    const { status, headers, text } = await request(ops.app).get(`/sagas/${saga['retrying']}/live`).set('hx-request', 'true');
    expect([status, headers['hx-redirect']]).toEqual([401, undefined]);
    expect(text).toContain('Your session has ended');
  });
});

describe('an order', () => {
  test('lists its resets, what each cleared and whether it was restored', async () => {
    const { text } = await get(`/orders/${order['4713']}`).expect(200);
    expect(text).toContain('2 BOLs, 3 drops');
    expect(text).not.toMatch(/data-label="Restored">no</);
    expect((await get(`/orders/${order['4711']}`)).text).toMatch(/data-label="Restored">no</);
  });
});

describe('an action', () => {
  const act = (role: 'viewer' | 'operator', id: string, body: object) =>
    fromOurPages(request(ops.app).post(`/sagas/${id}/resume`)).type('form').set('cookie', cookies[role]).send(body);
  const input = { reason: 'Globex is back', expected_epoch: '2' };

  test('is offered to operators if the state allows it and the command is available', async () => {
    const stopped = `/sagas/${saga['stopped']}`;
    expect((await get(stopped, 'operator')).text).toContain(`action="${stopped}/resume"`);
    expect((await get(stopped, 'operator')).text).not.toContain(`action="${stopped}/terminate"`);
    expect((await get(stopped, 'viewer')).text).not.toContain('/resume"');
    expect((await get(`/sagas/${saga['retrying']}`, 'operator')).text).not.toContain('/resume"');
  });

  test('runs with the operator, the reason and the epoch of the page', async () => {
    resume.mockReset().mockResolvedValue({ ok: true });
    await act('operator', saga['stopped']!, input).expect(303);
    expect(resume).toHaveBeenCalledWith(saga['stopped']!, { by: 'operator', role: 'operator', credential: expect.stringMatching(/^session:/), from: expect.any(String), reason: 'Globex is back', expectedEpoch: 2, force: false });
  });

  test('that comes too late shows the reason', async () => {
    resume.mockReset().mockResolvedValue({ ok: false, code: 'saga.moved', message: 'The saga has changed.' });
    expect((await act('operator', saga['stopped']!, input).expect(409)).text).toContain('The saga has changed.');
  });

  test('is rejected for viewers, without a reason, and with an unknown name', async () => {
    resume.mockReset();
    await act('viewer', saga['stopped']!, input).expect(403);
    await act('operator', saga['stopped']!, { ...input, reason: ' ' }).expect(422);
    await fromOurPages(request(ops.app).post(`/sagas/${saga['stopped']}/constructor`)).type('form').set('cookie', cookies.operator).send(input).expect(404);
    expect(resume).not.toHaveBeenCalled();
  });
});

test('while MongoDB is unavailable, the login opens and other pages show the error', async () => {
  const isolated = await openOps({ mongodbUri: ownDatabase('ops-away'), redisUrl: testRedisUrl() });
  const cookie = await signIn(isolated.app, 'viewer');
  await isolated.store.connection.dropDatabase();
  await isolated.store.close();
  await request(isolated.app).get('/login').expect(200);
  const { status, text } = await request(isolated.app).get('/').set('cookie', cookie);
  expect(status).toBe(503);
  expect(text).toContain('MongoDB is unavailable');
  await fromOurPages(request(isolated.app).post('/login')).type('form').send({ username: 'viewer', password: 'x' }).expect(503);
  await isolated.close();
});

test('a number with a control of the text direction does not reorder the text around it', async () => {
  const number = '47\u202e7211';
  const orderId = await addOrder(ops.store, sampleOrder(number));
  const sagas = sampleSagas(ops.store);
  const sagaId = await sagas.accept({ order_number: number }, 'c-reordered');
  await sagas.runSaga(sagaId, 'unavailable');
  for (const path of ['/sagas', `/sagas/${sagaId}`, `/orders/${orderId}`, `/sagas?q=${encodeURIComponent(`${number} not found`)}`]) {
    const { text } = await get(path, 'operator').expect(200);
    const isolatedTexts = text.match(/<bdi>[^<]*\p{Bidi_Control}[^<]*<\/bdi>/gu) ?? [];
    expect([path, isolatedTexts.length > 0]).toEqual([path, true]);
    // The value of a field stays exact, because it is sent back. A browser isolates it.
    const others = text.replaceAll(/<bdi>[^<]*<\/bdi>| value="[^"]*"/g, '').match(/[^<>]*\p{Bidi_Control}[^<>]*/gu) ?? [];
    expect([path, others]).toEqual([path, []]);
  }
});
