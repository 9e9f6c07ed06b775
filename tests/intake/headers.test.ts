import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { Call, IntakeFixture } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => {
  fixture = await createIntakeFixture('headers', { limits: { submits: 60, polls: 1e9, unauthenticated: 1e9 } });
});
afterAll(() => fixture.close());

const body = { order: { order_number: 'no such order' } };
const replies: [what: string, path: string, call: Call, status: number][] = [
  ['an acceptance', '/v1/order/reset', { headers: to('Beta'), body }, 200],
  ['a list', '/v1/order/reset', {}, 200],
  ['no credentials', '/v1/order/reset', { as: null, headers: to('Beta'), body }, 401],
  ['another tenant', '/v1/order/reset', { headers: [...to('Beta'), ['X-Tenant-Name', 'Gamma']], body }, 403],
  ['an unknown reset', '/v1/order/reset/no-such-reset', {}, 404],
  ['an unknown path', '/nowhere', {}, 404],
  ['another method', '/v1/order/reset', { method: 'DELETE' }, 405],
  ['a huge body', '/v1/order/reset', { headers: to('Beta'), body: 'x'.repeat(20_000) }, 413],
  ['a compressed body', '/v1/order/reset', { headers: [...to('Beta'), ['Content-Encoding', 'gzip']], body }, 415],
  ['a wrong body', '/v1/order/reset', { headers: to('Beta'), body: {} }, 422],
  ['an unknown order', '/v1/order/get', { headers: to('Beta'), body }, 404],
];

describe('every reply', () => {
  test.each(replies)('to %s has a request id, a correlation id and the security headers', async (_, path, call, status) => {
    const reply = await fixture.call(path, { ...call, headers: [...(call.headers ?? []), ['X-Correlation-ID', `mine-${status}-${path.length}`]] });
    expect([reply.status, reply.headers]).toMatchObject([
      status,
      {
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-correlation-id': `mine-${status}-${path.length}`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
    ]);
  });

  test.each([['too short'], ['12345678'], ['../../../etc'], ['twice', 'mine-twice', 'mine-twice'], ['with a space in it']])('omits an invalid correlation id: %s', async (...[first, ...rest]) => {
    const ids = rest.length > 0 ? rest : [first];
    const { status, headers } = await fixture.call('/v1/order/reset', { headers: [...to('Beta'), ...ids.map((id): [string, string] => ['X-Correlation-ID', id])], body });
    expect([status, headers['x-correlation-id']]).toEqual([422, undefined]);
  });

  test('about a reset has the id of the reset, also an error and a 304, whatever id the request has', async () => {
    const order = await fixture.deliver();
    const { body: reset } = await fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: order.origin_order_number } } });
    const id = reset.log.correlation_id as string;
    await fixture.over(id);
    const about = (path: string, call: Call = {}) => fixture.call(`/v1/order/reset/${id}${path}`, { ...call, headers: [...to('Beta'), ['X-Correlation-ID', 'this-request'], ...(call.headers ?? [])] });
    const shown = await about('');
    const unchanged = await about('', { headers: [['If-None-Match', shown.headers['etag']!]] });
    const late = await about('/cancel', { method: 'POST' });
    const seen = await about('/events', { headers: [['Last-Event-ID', '7-done']] });
    expect([shown, unchanged, late, seen].map(({ status, headers }) => [status, headers['x-correlation-id']])).toEqual([200, 304, 409, 204].map((status) => [status, id]));
  });

  test('to a request above the limit has Retry-After', async () => {
    const many = Array.from({ length: 61 }, (_, sent) => fixture.call('/v1/order/reset', { headers: [...to('Beta'), ['X-Correlation-ID', `once-more-${sent}`]], body }));
    const reply = (await Promise.all(many)).find(({ status }) => status === 429)!;
    expect([reply.status, reply.headers]).toMatchObject([
      429,
      { 'x-correlation-id': expect.stringMatching(/^once-more-/), 'x-request-id': expect.any(String), 'cache-control': 'no-store', ratelimit: expect.stringMatching(/r=0/), 'ratelimit-policy': expect.stringMatching(/q=60/) },
    ]);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a path with another method', () => {
  test.each<[string, string[], string]>([
    ['/v1/order/reset', ['PUT', 'DELETE', 'PATCH', 'TRACE'], 'GET, HEAD, POST'],
    ['/v1/order/reset/some-unknown-id', ['POST', 'PUT', 'DELETE'], 'GET, HEAD'],
    ['/v1/order/reset/some-unknown-id/events', ['POST'], 'GET, HEAD'],
    ['/v1/order/reset/some-unknown-id/cancel', ['GET', 'HEAD', 'PUT'], 'POST'],
    ['/v1/order/save_bol', ['GET', 'HEAD'], 'POST'],
    ['/auth/token', ['GET', 'HEAD'], 'POST'],
    ['/livez', ['POST'], 'GET, HEAD'],
    ['/readyz', ['POST'], 'GET, HEAD'],
    ['/docs', ['POST'], 'GET, HEAD'],
    ['/openapi.json', ['DELETE'], 'GET, HEAD'],
  ])('%s has its methods in Allow', async (path, methods, allow) => {
    for (const method of methods) {
      const { status, headers } = await fixture.call(path, { method });
      expect([method, status, headers['allow']]).toEqual([method, 405, allow]);
    }
    const options = await fixture.call(path, { method: 'OPTIONS' });
    expect([options.status, options.text, options.headers['allow']]).toEqual([204, '', allow]);
  });

  test.each(['/livez', '/readyz', '/docs', '/openapi.json', '/v1/order/reset'])('HEAD %s responds like GET without the body', async (path) => {
    const [get, head] = [await fixture.call(path), await fixture.call(path, { method: 'HEAD' })];
    expect([head.status, head.text, head.headers['content-type'], head.headers['content-length']]).toEqual([200, '', get.headers['content-type'], get.headers['content-length']]);
  });
});
