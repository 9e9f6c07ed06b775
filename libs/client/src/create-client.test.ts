import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { Behaviour, MisbehavingServer } from '../../../tests/client/misbehaving-server.js';
import { misbehavingServer } from '../../../tests/client/misbehaving-server.js';
import { createClient } from './create-client.js';
import { TransportError, ValidationError } from './errors.js';

let server: MisbehavingServer;
beforeAll(async () => (server = await misbehavingServer()));
afterAll(() => server.close());

const quick = { firstPauseMs: 1, longestPauseMs: 1_500 };
const client = (more: object = {}) => createClient({ baseUrl: server.url, apiKey: 'key-1', retry: quick, requestTimeoutMs: 2_000, ...more });
const reset = (more: object = {}) => client(more).reset({ order_number: '4711', destTenantName: 'Beta' });
const accepted: Behaviour = { headers: { 'X-Correlation-ID': 'reset-4711' }, body: { status: 'pending', message: null, log: null } };
const keysSent = () => new Set(server.received.map(({ headers }) => headers['idempotency-key']));

describe('a reset is retried with the same key', () => {
  test.each<[string, Behaviour]>([
    ['the connection is cut before a reply', 'cut'],
    ['the connection is cut within the reply', 'cut-short'],
    ['a proxy responds with 502', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['the service responds with 503', { status: 503, body: { detail: 'away' } }],
    ['the service responds with 504', { status: 504 }],
    ['the service responds with 408', { status: 408 }],
    ['there are too many requests', { status: 429 }],
    ['the reply is a page of another server', { body: '<html>Welcome to the hotel</html>' }],
    ['the service is accepting the same request', { status: 409, headers: { 'Retry-After': '0' }, body: { detail: 'Send it again.' } }],
  ])('after %s', async (_what, behaviour) => {
    server.behave(behaviour, behaviour, accepted);
    expect(await reset()).toMatchObject({ status: 'pending', correlationId: 'reset-4711', replayed: false });
    expect([server.received.length, keysSent().size]).toEqual([3, 1]);
  });

  test('after a timeout', async () => {
    server.behave('hang', accepted);
    expect((await reset({ requestTimeoutMs: 50 })).status).toBe('pending');
    expect(keysSent().size).toBe(1);
  });

  test('not earlier than Retry-After', async () => {
    server.behave({ status: 429, headers: { 'Retry-After': '1' } }, accepted);
    const began = performance.now();
    await reset();
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
  });

  test('at most as often as the policy allows', async () => {
    server.behave('cut');
    await expect(reset()).rejects.toBeInstanceOf(TransportError);
    expect(server.received).toHaveLength(4);
    server.behave('cut');
    await expect(reset({ retry: { ...quick, retries: 0 } })).rejects.toMatchObject({ kind: 'transport', status: undefined, retryable: true });
    expect(server.received).toHaveLength(1);
  });
});

describe('a call rejects at once', () => {
  test.each<[number, unknown, object]>([
    [400, { detail: 'The path is not well-formed.' }, { name: 'ValidationError', kind: 'invalid', message: 'The path is not well-formed.' }],
    [401, { detail: 'no' }, { name: 'NotAuthenticatedError', kind: 'not_authenticated' }],
    [403, { detail: 'no' }, { name: 'NotAllowedError', kind: 'not_allowed' }],
    [404, { detail: 'Reset not found' }, { name: 'NotFoundError', kind: 'not_found', advice: expect.stringContaining('id') }],
    [404, { detail: 'Not Found' }, { name: 'NotFoundError', advice: expect.stringContaining('base URL') }],
    [409, { detail: 'names another' }, { name: 'ConflictError', kind: 'conflict', message: 'names another', retryable: false }],
    [413, { detail: 'Request body too large' }, { name: 'ValidationError', kind: 'invalid' }],
    [422, { detail: 'This Idempotency-Key was used for another request.' }, { name: 'ConflictError', kind: 'conflict', advice: expect.stringContaining('new Idempotency-Key') }],
    [422, { detail: [{ type: 'missing', loc: ['body', 'order'], msg: 'Field required', input: {} }] }, { name: 'ValidationError', message: 'body.order: Field required', detail: [expect.objectContaining({ loc: ['body', 'order'] })] }],
    [422, { detail: [null] }, { name: 'ValidationError', detail: [] }],
    [500, '<h1>oops</h1>', { name: 'UnexpectedReplyError', kind: 'unexpected', advice: expect.stringContaining('report it with the request id r-1') }],
    [307, '', { name: 'UnexpectedReplyError', kind: 'unexpected', advice: expect.stringContaining('Redirects') }],
  ])('with %d and %j', async (status, body, metadata) => {
    server.behave({ status, body, headers: { 'X-Request-ID': 'r-1', Location: '/elsewhere' } });
    await expect(reset()).rejects.toMatchObject({ status, requestId: 'r-1', ...metadata });
    expect(server.received).toHaveLength(1);
  });

  test('if Retry-After is longer than the maximum delay, with retryAfterMs', async () => {
    server.behave({ status: 429, headers: { 'Retry-After': '55' }, body: { detail: 'Too many requests.' } });
    await expect(reset()).rejects.toMatchObject({ kind: 'rate_limited', retryAfterMs: 55_000 });
    expect(server.received).toHaveLength(1);
  });

  test('with the reason of its signal, at any time', async () => {
    const input = (signal: AbortSignal, retries = 3) => client({ retry: { retries, firstPauseMs: 60_000, longestPauseMs: 60_000 } }).reset({ order_number: '1', destTenantName: 'Beta', signal });
    await expect(input(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    for (const [behaviour, retries] of [['hang', 0], [{ status: 503 }, 3]] as const) {
      server.behave(behaviour);
      const abort = new AbortController();
      const under = input(abort.signal, retries);
      await eventually(() => server.received.length === 1);
      const reason = new Error('enough');
      abort.abort(reason);
      await expect(under).rejects.toBe(reason);
    }
  });
});

describe('a request', () => {
  test('has the order, the tenants and the key', async () => {
    server.behave(accepted);
    await client({ tenantName: 'Alpha', instanceName: 'Alpha One' }).reset({ order_id: 'id-1', destTenantName: 'Müller & Söhne', correlationId: 'mine-0001', idempotencyKey: 'a "key"', waitS: 3 });
    const [{ headers, body }] = server.received as [(typeof server.received)[0]];
    expect(JSON.parse(body)).toEqual({ order: { order_id: 'id-1' } });
    expect(headers).toMatchObject({ 'x-api-key': 'key-1', 'x-tenant-name': 'Alpha', 'x-origin-instance-name': 'Alpha One', 'x-correlation-id': 'mine-0001', 'idempotency-key': '"a \\"key\\""', prefer: 'wait=3' });
    expect(Buffer.from(String(headers['x-dest-tenant-name']), 'latin1').toString('utf8')).toBe('Müller & Söhne');
  });

  test('has a generated key without a given one', async () => {
    server.behave(accepted);
    const { idempotencyKey } = await reset();
    await reset();
    expect(keysSent().size).toBe(2);
    expect(keysSent()).toContain(`"${idempotencyKey}"`);
  });

  test('is not sent if a value is not allowed in a header', async () => {
    server.behave(accepted);
    const failure = await client().reset({ order_number: '1', destTenantName: 'Beta\r\nX-Evil: 1' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ValidationError);
    expect(failure).toMatchObject({ detail: [{ loc: ['header', 'X-Dest-Tenant-Name'] }] });
    expect(server.received).toHaveLength(0);
  });

  test('goes to a path below the base URL, with or without a slash at its end', async () => {
    server.behave(accepted);
    await client({ baseUrl: `${server.url}/api/` }).reset({ order_number: '1', destTenantName: 'Beta' });
    expect(server.received[0]!.path).toBe('/api/v1/order/reset');
  });
});

describe('a client id and secret', () => {
  const token = (text: string, expires_in = 3_600): Behaviour => ({ body: { access_token: text, token_type: 'bearer', expires_in } });
  const byId = () => client({ apiKey: undefined, clientId: 'id-1', clientSecret: 'secret-1', tenantName: 'Alpha' });
  const input = { order_number: '1', destTenantName: 'Beta' };
  const paths = () => server.received.map(({ path, headers }) => (path === '/auth/token' ? 'token' : headers.authorization));

  test('get one token for several calls', async () => {
    server.behave(token('t-1'), accepted);
    const one = byId();
    await Promise.all([one.reset(input), one.reset(input)]);
    await one.reset(input);
    expect(paths()).toEqual(['token', 'Bearer t-1', 'Bearer t-1', 'Bearer t-1']);
    expect(new URLSearchParams(server.received[0]!.body).get('client_secret')).toBe('secret-1');
  });

  test('get another token before the first one expires, and after a 401', async () => {
    server.behave(token('t-1', 0), accepted, token('t-2'), { status: 401 }, token('t-3'), accepted);
    const one = byId();
    await one.reset(input);
    await one.reset(input);
    expect(paths()).toEqual(['token', 'Bearer t-1', 'token', 'Bearer t-2', 'token', 'Bearer t-3']);
  });

  test('that are wrong are sent once', async () => {
    server.behave({ status: 401, body: { detail: 'no' } });
    await expect(byId().reset(input)).rejects.toMatchObject({ kind: 'not_authenticated' });
    expect(paths()).toEqual(['token']);
  });
});

describe('a client is not created', () => {
  test.each<[string, object]>([
    ['without a URL', { baseUrl: 'crossroads.example' }],
    ['of another protocol', { baseUrl: 'ftp://crossroads.example' }],
    ['with an empty key', { apiKey: ' ' }],
    ['without credentials', { apiKey: undefined }],
    ['of a client without a tenant', { apiKey: undefined, clientId: 'a', clientSecret: 'b' }],
  ])('%s', (_what, options) => {
    expect(() => client(options)).toThrow(TypeError);
  });

  test('with a password in the URL, and the message does not repeat it', () => {
    expect(() => client({ baseUrl: 'https://me:hush-hush@crossroads.example' })).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hush') }));
  });
});
