import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { undocumentedParts } from './documented-replies.js';
import { createIntakeFixture, to } from './intake-fixture.js';
import type { Call, IntakeFixture } from './intake-fixture.js';

let fixture: IntakeFixture;
beforeAll(async () => (fixture = await createIntakeFixture('hostile')));
afterAll(() => fixture.close());

let before = 0;
beforeEach(async () => (before = await fixture.sagas()));
afterEach(async () => expect(await fixture.sagas()).toBe(before));

const submit = (call: Call) => fixture.call('/v1/order/reset', { method: 'POST', headers: to('Beta'), ...call });
const named = (order: unknown) => JSON.stringify({ order });

/** Milliseconds. The intake responds within three seconds; the rest is for a busy machine. */
const busyMs = 6_000;

describe('a body', () => {
  test.each<[string, Call, number]>([
    ['that is not there', {}, 422],
    ['that is empty', { body: '' }, 422],
    ['that is null', { body: 'null' }, 422],
    ['that is a number', { body: '5' }, 422],
    ['that is a list', { body: '[]' }, 422],
    ['that is text', { body: '"order"' }, 422],
    ['that is cut off', { body: '{"order":{"order_number":"1"' }, 422],
    ['that goes on', { body: '{"order":{"order_number":"1"}} x' }, 422],
    ['that is thirty deep', { body: `${'['.repeat(30)}${']'.repeat(30)}` }, 400],
    ['that is three thousand deep', { body: '{"a":'.repeat(3_000) }, 400],
    ['that is huge', { body: `{"order":{"order_number":"${'x'.repeat(1_000_000)}"}}` }, 413],
    ['that is compressed', { body: Buffer.from([0x1f, 0x8b, 8, 0]), headers: [...to('Beta'), ['Content-Encoding', 'gzip']] }, 415],
    ['in UTF-16', { body: Buffer.from('{"order":{"order_number":"1"}}', 'utf16le') }, 422],
    ['that is not UTF-8', { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, 400],
    ['with a byte order mark', { body: '\uFEFF{"order":{"order_number":"1"}}' }, 422],
    ['without a type', { body: named({ order_number: '1' }), type: null }, 422],
    ['sent as a form', { body: 'order_number=1', type: 'application/x-www-form-urlencoded' }, 422],
    ['sent as text', { body: named({ order_number: '1' }), type: 'text/plain' }, 422],
    ['with prototypes for keys', { body: '{"__proto__":{"order":{"order_number":"1"}},"constructor":{"prototype":{}}}' }, 422],
    ['whose order is a prototype', { body: '{"order":{"__proto__":{"order_number":"1"}}}' }, 422],
  ])('%s is rejected', async (_, call, status) => {
    const reply = await submit(call);
    expect([reply.status, reply.text]).toEqual([status, reply.text]);
    expect(reply.body.detail).toBeDefined();
    expect(reply.ms).toBeLessThan(busyMs);
  });
});

test('a number of 250,000 digits with a letter at its end is rejected in the time of any other body', async () => {
  const body = { origin_order_number: 'N', delivery_window: { start: '2026-11-02T08:00:00Z', end: '2026-11-02T16:00:00Z' }, drops: [{ site: { source_id: 'S' }, volume: `${'1'.repeat(250_000)}x` }] };
  const reply = await fixture.call('/v1/order/create', { headers: to('Beta'), body });
  expect([reply.status, reply.body.detail[0].type]).toEqual([422, 'float_parsing']);
  expect(reply.ms).toBeLessThan(busyMs);
});

describe('an identifier', () => {
  const wrong: unknown[] = [1, 1.5, true, false, [], ['1'], {}, { $ne: null }, { $gt: '' }, { $regex: '.*' }, '', '   ', '\u0000', 'a\u0000b', 'a\nb', '\u2028', '\ud800', '47\u202e11', '\u206611', '11\u200f', 'x'.repeat(129), null];
  test.each(wrong.flatMap((value) => [{ order_id: value }, { order_number: value }]))('%j is rejected', async (order) => {
    const reply = await submit({ body: named(order) });
    expect([order, reply.status]).toEqual([order, 422]);
    expect(JSON.stringify(reply.body.detail[0].loc.slice(0, 2))).toBe('["body","order"]');
  });
});

describe('headers', () => {
  const body = named({ order_number: '1' });
  const withHeaders = (...headers: [string, string][]): Call => ({ body, headers: [...to('Beta'), ...headers] });
  test.each<[string, () => Call, number]>([
    ['no destination', () => ({ body, headers: [] }), 422],
    ['an empty destination', () => ({ body, headers: [['X-Dest-Tenant-Name', ' ']] }), 422],
    ['two destinations', () => withHeaders(['X-Dest-Tenant-Name', 'Gamma']), 422],
    ['a long destination', () => ({ body, headers: to('x'.repeat(129)) }), 422],
    ['two tenants', () => withHeaders(['X-Tenant-Name', 'Alpha'], ['X-Tenant-Name', 'Alpha']), 422],
    ['another tenant', () => withHeaders(['X-Tenant-Name', 'Beta']), 403],
    ['another instance', () => withHeaders(['X-Origin-Instance-Name', 'Beta One']), 403],
    ['no key', () => ({ ...withHeaders(), as: null }), 401],
    ['a key and a token', () => withHeaders(['Authorization', `Bearer ${fixture.keys.Alpha}`]), 401],
    ['a key in another scheme', () => ({ ...withHeaders(['Authorization', `Token ${fixture.keys.Alpha}`]), as: null }), 401],
    ['an empty bearer', () => ({ ...withHeaders(['Authorization', 'Bearer ']), as: null }), 401],
    ['a token signed with none', () => ({ ...withHeaders(['Authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjbGllbnQtMSIsImlzcyI6ImNyb3Nzcm9hZHMifQ.']), as: null }), 401],
    ['a short correlation id', () => withHeaders(['X-Correlation-ID', 'abc']), 422],
    ['a correlation id of digits', () => withHeaders(['X-Correlation-ID', '1234567890']), 422],
    ['a correlation id with a path in it', () => withHeaders(['X-Correlation-ID', '../../../etc']), 422],
    ['a long correlation id', () => withHeaders(['X-Correlation-ID', 'a'.repeat(129)]), 422],
    ['two correlation ids', () => withHeaders(['X-Correlation-ID', 'one-is-enough'], ['X-Correlation-ID', 'two-too-many']), 422],
    ['an empty idempotency key', () => withHeaders(['Idempotency-Key', '']), 422],
    ['an idempotency key of quotes', () => withHeaders(['Idempotency-Key', '""']), 422],
    ['a half-quoted idempotency key', () => withHeaders(['Idempotency-Key', '"abc']), 422],
    ['a long idempotency key', () => withHeaders(['Idempotency-Key', 'k'.repeat(256)]), 422],
    ['two idempotency keys', () => withHeaders(['Idempotency-Key', 'a'], ['Idempotency-Key', 'b']), 422],
    ['an idempotency key that is not ASCII', () => withHeaders(['Idempotency-Key', 'sch\u00f6n']), 422],
    ['9 kB of headers', () => withHeaders(['X-Padding', 'x'.repeat(9_000)]), 431],
  ])('with %s are rejected', async (_, call, status) => {
    const reply = await submit(call());
    expect([reply.status, reply.text]).toEqual([status, reply.text]);
  });

  test('are reported together, headers before body', async () => {
    const reply = await submit({ body: '{}', headers: [['X-Correlation-ID', 'x'], ['Idempotency-Key', '']] });
    expect(reply.body.detail.map(({ loc }: { loc: string[] }) => loc.join('/'))).toEqual(['header/X-Dest-Tenant-Name', 'header/X-Correlation-ID', 'header/Idempotency-Key', 'body/order']);
  });
});

describe('credentials', () => {
  const change = async (fields: object) => {
    const [, id] = fixture.keys.Gamma.split('_');
    await fixture.store.connection.db!.collection<{ _id: string }>('keys').updateOne({ _id: id! }, { $set: fields });
  };
  test('that were revoked get 401', async () => {
    const asGamma = () => fixture.call('/v1/order/reset', { as: 'Gamma' });
    await change({ revoked_at: new Date() });
    expect((await asGamma()).status).toBe(401);
  });
  test('without the scope get its name in the error', async () => {
    const [, id] = fixture.keys.Beta.split('_');
    await fixture.store.connection.db!.collection<{ _id: string }>('keys').updateOne({ _id: id! }, { $set: { scopes: ['order:get'] } });
    const reply = await fixture.call('/v1/order/reset', { as: 'Beta', headers: to('Alpha'), body: named({ order_number: '1' }) });
    expect([reply.status, reply.body]).toEqual([403, { detail: 'These credentials lack the scope order:reset. Have it added to them, or use other credentials.' }]);
  });
});

describe('paths and methods', () => {
  test.each([
    ['GET', '/v1/order/reset/%ff', 400],
    ['GET', '/v1/order/reset/%00', 404],
    ['GET', '/v1/order/reset/..%2f..%2fetc', 404],
    ['GET', '/v1/order/reset/{$ne:null}', 404],
    ['GET', '/v1/order/reset?status[$ne]=x', 422],
    ['GET', '/v1/order/reset?order_number[$gt]=', 422],
    ['GET', '/v1/order/reset?order_number=a&order_number=b', 422],
    ['GET', '/v1/order/reset/some-unknown-id', 404],
    ['DELETE', '/v1/order/reset', 405],
    ['PUT', '/v1/order/reset/some-unknown-id', 405],
    ['GET', '/v1/order/reset/some-unknown-id/cancel', 405],
    ['GET', '/v1/order/get', 405],
    ['GET', '/auth/token', 405],
    ['POST', '/v1/order/reset/some-unknown-id/explode', 404],
    ['GET', '/v1/order/unknown', 404],
    ['GET', '/', 404],
    ['TRACE', '/v1/order/reset', 405],
  ])('%s %s responds with %i', async (method, path, status) => {
    const reply = await fixture.call(path, { method });
    expect([reply.status, reply.text]).toEqual([status, reply.text]);
    expect(reply.text).not.toMatch(/at .*\.ts|E11000|Mongo|node_modules/);
  });
});

describe('the wire', () => {
  /** Sends raw bytes. Returns all bytes received until the intake closes the connection, or until they match `until`. */
  const raw = (bytes: string, withinMs = 6_000, until?: RegExp) =>
    new Promise<{ text: string; ms: number }>((resolve) => {
      const began = performance.now();
      const { hostname, port } = new URL(fixture.url);
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      let text = '';
      const end = () => {
        clearTimeout(timeUp);
        socket.destroy();
        resolve({ text, ms: performance.now() - began });
      };
      socket.setEncoding('utf8').on('data', (chunk) => {
        text += String(chunk);
        if (until?.test(text)) end();
      });
      socket.on('close', end).on('error', end);
      const timeUp = setTimeout(end, withinMs);
    });
  const head = (extra: string) => `POST /v1/order/reset HTTP/1.1\r\nHost: x\r\nX-API-Key: ${fixture.keys.Alpha}\r\nX-Dest-Tenant-Name: Beta\r\nContent-Type: application/json\r\n${extra}\r\n`;

  test('a body that does not arrive is 408 within three seconds', async () => {
    const { text, ms } = await raw(`${head('Content-Length: 100\r\n')}{"order":`);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(ms).toBeLessThan(busyMs);
  });
  test('a body announced as huge is 413 before it is sent', async () => {
    const { text } = await raw(head('Content-Length: 99999999\r\n'), 500);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });
  test('a body without a length is 413 as soon as it is too large', async () => {
    const { text } = await raw(`${head('Transfer-Encoding: chunked\r\n')}${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`, 6_000, /\r\n\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });
  test.each([
    ['both lengths', () => head('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n')],
    ['no host', () => 'GET /livez HTTP/1.1\r\n\r\n'],
    ['two hosts', () => 'GET /livez HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n'],
    ['a bad chunk', () => `${head('Transfer-Encoding: chunked\r\n')}zz\r\n`],
    ['two lengths', () => head('Content-Length: 5\r\nContent-Length: 6\r\n')],
    ['a bare line feed', () => 'GET /livez HTTP/1.1\nHost: x\n\n'],
    ['nonsense', () => '\u0016\u0003\u0001hello\r\n\r\n'],
  ])('%s is 400', async (_, bytes) => {
    const { text } = await raw(bytes());
    const [head, body] = text.split('\r\n\r\n') as [string, string];
    const [line, ...headers] = head.split('\r\n') as [string, ...string[]];
    expect([line, undocumentedParts({ method: 'POST', path: '/v1/order/reset', status: 400, headers: Object.fromEntries(headers.map((header) => header.toLowerCase().split(': ') as [string, string])), text: body })]).toEqual(['HTTP/1.1 400 Bad Request', []]);
    const [, requestId] = /^X-Request-ID: (.+)\r$/m.exec(text)!;
    expect(fixture.logged.filter((line) => line.includes(requestId!))).toHaveLength(1);
  });
  test('a disconnect in the middle of a body leaves nothing behind', async () => {
    await raw(`${head('Content-Length: 40\r\n')}{"order":{"order_number":`, 50);
    expect((await fixture.call('/livez')).status).toBe(200);
  });
});

test('none of these requests caused an internal error', () => {
  expect(fixture.logged.filter((line) => line.startsWith('error'))).toEqual([]);
});
