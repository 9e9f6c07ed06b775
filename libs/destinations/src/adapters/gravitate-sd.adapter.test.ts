import { describe, expect, test } from '@jest/globals';
import type { OutboundRequest } from '@crossroads/order-reset';
import { NonRetryableError, RetryableError } from '@crossroads/saga';
import type { DestinationInstance } from '../destination-instance.js';
import type { Reply } from '../http-client.js';
import { destinationContract } from '../testing/destination-contract.js';
import { sampleCleared, sampleIds, sampleOrder } from '../testing/samples.js';
import { gravitateSd } from './gravitate-sd.adapter.js';

const secret = JSON.stringify({ client_id: 'hub', client_secret: 'a-very-secret-client-secret', scope: 'io.w' });

destinationContract('gravitate_sd', () => ({
  sourceSystem: 'gravitate_sd',
  secret,
  hidden: ['a-very-secret-client-secret', 'token-of-the-contract'],
  before({ path, body, headers }, response) {
    if (path !== '/base/token') return false;
    const form = new URLSearchParams(body);
    const known = headers['content-type'] === 'application/x-www-form-urlencoded' && form.get('client_secret') === 'a-very-secret-client-secret';
    response.writeHead(known ? 200 : 401).end(known ? '{"access_token":"token-of-the-contract","expires_in":3600}' : '');
    return true;
  },
  assertAuthentic({ path, headers }) {
    expect(path).toBe('/base/v1/order/reset');
    expect(headers.authorization).toBe('Bearer token-of-the-contract');
  },
}));

const instance: DestinationInstance = { id: 'i', tenant_id: 'carrier', name: 'S&D', source_system: 'gravitate_sd', url: 'https://sd.example/api/', secret_ref: 'env:S' };
const signal = new AbortController().signal;

/** Creates the adapter with a fake token endpoint and a fake clock. */
const givenAdapter = (reply: () => Partial<Reply> = () => ({})) => {
  const requests: OutboundRequest[] = [];
  const clock = { at: 0 };
  const adapter = gravitateSd({
    now: () => new Date(clock.at),
    totalMs: 60_000,
    async send(request) {
      requests.push(request);
      return { status: 200, retryAfter: undefined, note: '', wasResent: false, text: `{"access_token":"t${requests.length}","expires_in":600}`, ...reply() };
    },
  });
  const request = adapter.prepare(sampleOrder(), sampleCleared, sampleIds, instance);
  return { adapter, requests, clock, authorize: (ofSecret = secret) => adapter.authorize(request, instance, ofSecret, signal) };
};

describe('order numbers', () => {
  const { adapter } = givenAdapter();

  test.each([['4711', 4711], ['0', 0], ['9007199254740991', Number.MAX_SAFE_INTEGER]])('%s is sent as an integer', (text, number) => {
    adapter.check(sampleOrder(text));
    const { url, body } = adapter.prepare(sampleOrder(text), sampleCleared, sampleIds, instance);
    expect(url).toBe('https://sd.example/api/v1/order/reset');
    expect(body).toBe(`{"order_id":null,"order_number":${number}}`);
  });

  test.each(['9007199254740992', 'A-1', '', ' 1', '1 ', '007', '1.0', '1e3', '0x10', '-0', '١', null])('%j is rejected before anything is cleared', (text) => {
    expect(() => adapter.check(sampleOrder(text))).toThrow(NonRetryableError);
    expect(() => adapter.check(sampleOrder(text))).toThrow(expect.objectContaining({ code: 'destination.number_not_integer' }));
  });
});

describe('tokens', () => {
  test('the token request is a form with the credentials', async () => {
    const { authorize, requests } = givenAdapter();
    expect(await authorize()).toEqual({ authorization: 'Bearer t1' });
    expect(requests[0]).toMatchObject({ url: 'https://sd.example/api/token', body: 'client_id=hub&client_secret=a-very-secret-client-secret&scope=io.w' });
  });

  test('a token is used until one minute before it expires', async () => {
    const { authorize, clock } = givenAdapter();
    await authorize();
    clock.at = 539_999;
    expect(await authorize()).toEqual({ authorization: 'Bearer t1' });
    clock.at = 540_000;
    expect(await authorize()).toEqual({ authorization: 'Bearer t2' });
  });

  test('concurrent callers share one token request', async () => {
    const { authorize, requests } = givenAdapter();
    await Promise.all([authorize(), authorize(), authorize()]);
    expect(requests).toHaveLength(1);
  });

  test('a rejected token is discarded, and another secret needs another token', async () => {
    const { adapter, authorize, requests } = givenAdapter();
    await authorize();
    adapter.forget?.(instance);
    expect(await authorize()).toEqual({ authorization: 'Bearer t2' });
    await authorize(secret.replace('hub', 'hub2'));
    expect(requests).toHaveLength(3);
  });

  test.each<[title: string, reply: Partial<Reply>, code: string]>([
    ['400', { status: 400 }, 'destination.credentials_rejected'],
    ['401', { status: 401 }, 'destination.credentials_rejected'],
    ['422', { status: 422 }, 'destination.credentials_rejected'],
    ['429', { status: 429 }, 'destination.rate_limited'],
    ['503', { status: 503 }, 'destination.unavailable'],
    ['302', { status: 302 }, 'destination.redirected'],
    ['no token', { text: '{}' }, 'destination.credentials_rejected'],
    ['a blank token', { text: '{"access_token":""}' }, 'destination.credentials_rejected'],
    ['a token that breaks a header', { text: '{"access_token":"a\\r\\nx: y"}' }, 'destination.credentials_rejected'],
    ['garbage', { text: '<html>' }, 'destination.credentials_rejected'],
  ])('%s instead of a token is not cached', async (_title, reply, code) => {
    let next = reply;
    const { authorize } = givenAdapter(() => next);
    const error: unknown = await authorize().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('a-very-secret');
    next = {};
    expect(await authorize()).toEqual({ authorization: 'Bearer t2' });
  });

  test.each(['client:secret', '{}', '[]', '{"client_id":"x"}'])('a secret with another format is rejected: %s', async (malformed) => {
    await expect(givenAdapter().authorize(malformed)).rejects.toMatchObject({ code: 'destination.secret_unusable' });
  });
});
