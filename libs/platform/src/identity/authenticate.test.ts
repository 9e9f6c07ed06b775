import { beforeEach, describe, expect, test } from '@jest/globals';
import { digest, newApiKey } from './api-key.js';
import type { Authenticator, CredentialStore } from './authenticate.js';
import { createAuthenticator, ScopeNotGranted } from './authenticate.js';
import { NotAllowed } from './caller.js';
import type { Tokens } from './tokens.js';

type CredentialRecord = NonNullable<Awaited<ReturnType<CredentialStore['key']>>>;

const tenants = [{ tenant_id: 'alpha', tenant_name: 'Alpha', instances: [] }];
const key = newApiKey();
const start = Date.parse('2026-11-23T12:00:00Z');

let now: number;
let keys: Record<string, CredentialRecord>;
let clients: Record<string, CredentialRecord>;
/** Ids read from the store. */
let reads: string[];
let isUnavailable: boolean;
let authenticator: Authenticator;

/** Tokens without signatures: `token-of-<client>`, or `token-of-<client>_<scopes>` for a narrowed token. */
const tokens: Tokens = {
  issue: async ({ clientId, scopes }) => `token-of-${clientId}${scopes ? `_${scopes.join(',')}` : ''}`,
  read: async (token) => {
    const [, clientId, scopes] = /^token-of-([^_]+)(?:_(.+))?$/.exec(token) ?? [];
    return clientId === undefined ? undefined : { clientId, ...(scopes !== undefined && { scopes: scopes.split(',') }) };
  },
};

beforeEach(() => {
  now = start;
  keys = { [key.id]: { sha256: key.sha256, scopes: ['order:reset'], expires_at: null, revoked_at: null, tenants } };
  clients = { 'client-1': { sha256: digest('secret-1'), scopes: ['order:get', 'order:create'], expires_at: null, revoked_at: null, tenants } };
  reads = [];
  isUnavailable = false;
  const read = async (records: Record<string, CredentialRecord>, id: string) => {
    if (isUnavailable) throw new Error('unavailable');
    reads.push(id);
    return records[id];
  };
  authenticator = createAuthenticator({ key: (id) => read(keys, id), client: (id) => read(clients, id) }, tokens, () => now);
});

const ofKey = { id: `key:${key.id}`, kind: 'key', tenants, scopes: ['order:reset'] };
const ofClient = { id: 'client:client-1', kind: 'token', tenants, scopes: ['order:get', 'order:create'] };

/** Returns the error of a rejected promise. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('a request is authenticated', () => {
  test.each([
    ['by X-API-Key', ['X-API-Key', key.text], ofKey],
    ['by a key as bearer', ['Authorization', `Bearer ${key.text}`], ofKey],
    ['by a token as bearer', ['Authorization', 'Bearer token-of-client-1'], ofClient],
    ['with a header name and scheme in any case', ['AUTHORIZATION', 'bearer  token-of-client-1'], ofClient],
    ['among other headers', ['Host', 'x', 'x-api-key', key.text, 'X-Tenant-Name', 'Alpha'], ofKey],
  ])('%s', async (_, headers, credentials) => {
    expect(await authenticator.authenticate(headers)).toEqual(credentials);
  });
});

test('all invalid credentials get the same 401', async () => {
  const revoked = newApiKey();
  keys[revoked.id] = { ...keys[key.id]!, sha256: revoked.sha256, revoked_at: new Date(start) };
  const invalid = [
    [],
    ['X-API-Key', ''],
    ['X-API-Key', 'nonsense'],
    ['X-API-Key', newApiKey().text],
    ['X-API-Key', revoked.text],
    ['X-API-Key', `crossroads_${key.id}_${'A'.repeat(43)}`],
    ['Authorization', `Basic ${key.text}`],
    ['Authorization', 'Bearer token-of-client-2'],
  ];
  const errors = await Promise.all(invalid.map((headers) => errorOf(authenticator.authenticate(headers))));
  for (const error of errors) expect(error).toBeInstanceOf(NotAllowed);
  expect(new Set(errors.map((error) => `${(error as NotAllowed).status} ${(error as NotAllowed).message}`)).size).toBe(1);
  expect(errors[0]).toMatchObject({ status: 401, message: expect.stringContaining('X-API-Key') });
});

test.each([
  ['a key twice', ['X-API-Key', key.text, 'X-API-Key', key.text]],
  ['a key and a token', ['X-API-Key', key.text, 'Authorization', 'Bearer token-of-client-1']],
  ['a wrong key and another scheme', ['X-API-Key', 'nonsense', 'Authorization', 'Basic eDp5']],
])('%s get 401 with the advice to send one of them', async (_, headers) => {
  expect(await errorOf(authenticator.authenticate(headers))).toMatchObject({ status: 401, message: expect.stringContaining('more than one credential') });
});

describe('a log-in', () => {
  test('with the right secret returns a token of the client', async () => {
    expect(await authenticator.logIn('client-1', 'secret-1')).toEqual({ token: 'token-of-client-1', scopes: ['order:get', 'order:create'] });
  });

  test.each([['client-1', 'secret-2'], ['client-2', 'secret-1']])('of %s with %s is rejected', async (clientId, secret) => {
    expect(await errorOf(authenticator.logIn(clientId, secret))).toMatchObject({ name: 'NotAllowed', status: 401 });
  });

  test('of a revoked client is rejected', async () => {
    clients['client-1'] = { ...clients['client-1']!, revoked_at: new Date(start - 1) };
    expect(await errorOf(authenticator.logIn('client-1', 'secret-1'))).toMatchObject({ status: 401 });
  });
});

describe('a narrowed token', () => {
  const narrowed = async (requested: string[]) => authenticator.authenticate(['Authorization', `Bearer ${(await authenticator.logIn('client-1', 'secret-1', requested)).token}`]);

  test('has only the scopes that the client requested', async () => {
    expect(await narrowed(['order:create'])).toEqual({ ...ofClient, scopes: ['order:create'] });
    expect((await authenticator.logIn('client-1', 'secret-1', ['order:create'])).scopes).toEqual(['order:create']);
  });

  test('loses a scope that the client loses', async () => {
    const { token } = await authenticator.logIn('client-1', 'secret-1', ['order:create', 'order:get']);
    clients['client-1'] = { ...clients['client-1']!, scopes: ['order:get', 'order:reset'] };
    now += 30_000;
    expect(await authenticator.authenticate(['Authorization', `Bearer ${token}`])).toEqual({ ...ofClient, scopes: ['order:get'] });
  });

  test.each([[['order:reset']], [['order:get', 'order:reset']], [['']]])('is not issued for %j, which the client does not have', async (requested) => {
    expect(await errorOf(authenticator.logIn('client-1', 'secret-1', requested))).toBeInstanceOf(ScopeNotGranted);
  });

  test('of a client with a wrong secret gets 401 whatever it requests', async () => {
    expect(await errorOf(authenticator.logIn('client-1', 'wrong', ['order:reset']))).toMatchObject({ name: 'NotAllowed', status: 401 });
  });
});

describe('the cache', () => {
  const withKey = () => authenticator.authenticate(['X-API-Key', key.text]);
  const withToken = () => authenticator.authenticate(['Authorization', 'Bearer token-of-client-1']);

  test('reads a record once in 30 seconds, also for an unknown id', async () => {
    const unknown = newApiKey();
    for (now = start; now < start + 30_000; now += 1_000) {
      await withKey();
      await withToken();
      await errorOf(authenticator.authenticate(['X-API-Key', unknown.text]));
    }
    expect(reads).toEqual([key.id, 'client-1', unknown.id]);
  });

  test('accepts revoked credentials for 30 seconds at most', async () => {
    await withKey();
    await withToken();
    keys[key.id] = { ...keys[key.id]!, revoked_at: new Date(now) };
    clients['client-1'] = { ...clients['client-1']!, revoked_at: new Date(now) };
    now += 29_999;
    expect([await withKey(), await withToken()]).toEqual([ofKey, ofClient]);
    now += 1;
    expect([await errorOf(withKey()), await errorOf(withToken())]).toMatchObject([{ status: 401 }, { status: 401 }]);
  });

  test('rejects a key at its expiry, although its record is cached', async () => {
    keys[key.id] = { ...keys[key.id]!, expires_at: new Date(start + 5_000) };
    await withKey();
    now = start + 4_999;
    expect(await withKey()).toEqual(ofKey);
    now = start + 5_000;
    expect(await errorOf(withKey())).toMatchObject({ status: 401 });
    expect(reads).toEqual([key.id]);
  });

  test('does not keep an error of the store, and the error is not a 401', async () => {
    isUnavailable = true;
    expect(await errorOf(withKey())).toEqual(new Error('unavailable'));
    isUnavailable = false;
    expect(await withKey()).toEqual(ofKey);
  });

  test('is not used for a text that cannot be a key', async () => {
    await errorOf(authenticator.authenticate(['X-API-Key', 'crossroads_short']));
    expect(reads).toEqual([]);
  });
});
