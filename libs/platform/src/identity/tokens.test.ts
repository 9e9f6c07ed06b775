import { afterEach, expect, jest, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createTokens, tokenLifetimeS } from './tokens.js';

const secret = 's'.repeat(40);
const tokens = createTokens(secret);

afterEach(() => void jest.useRealTimers());

/** Sets the clock and leaves all timers real. */
const setTime = (now: number): void => {
  jest.useFakeTimers({ now, doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'hrtime'] });
};

interface Parts {
  issuer?: string;
  audience?: string | null;
  typ?: string | null;
  key?: string;
  alg?: string;
  expires?: string | null;
}

/** Signs a token that differs from ours in one part. Null leaves the part out. */
const signed = ({ issuer = 'crossroads', audience = 'crossroads-api', typ = 'at+jwt', key = secret, alg = 'HS256', expires = '1h' }: Parts = {}): Promise<string> => {
  const token = new SignJWT().setProtectedHeader({ alg, ...(typ !== null && { typ }) }).setIssuer(issuer).setSubject('client-1').setIssuedAt();
  if (audience !== null) token.setAudience(audience);
  if (expires !== null) token.setExpirationTime(expires);
  return token.sign(new TextEncoder().encode(key));
};

test('the tokens of these tests are valid apart from the part that differs', async () => {
  expect(await tokens.read(await signed())).toEqual({ clientId: 'client-1' });
});

test('a token has the id of its client, and nothing else about the client', async () => {
  const token = await tokens.issue({ clientId: 'client-1' });
  expect(await tokens.read(token)).toEqual({ clientId: 'client-1' });
  expect(Object.keys(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object).toSorted()).toEqual(['aud', 'exp', 'iat', 'iss', 'sub']);
});

test('a narrowed token has its scopes', async () => {
  expect(await tokens.read(await tokens.issue({ clientId: 'client-1', scopes: ['order:get', 'order:reset'] }))).toEqual({ clientId: 'client-1', scopes: ['order:get', 'order:reset'] });
});

test('a token of another process with the same secret is valid', async () => {
  expect(await createTokens(secret).read(await tokens.issue({ clientId: 'client-1' }))).toEqual({ clientId: 'client-1' });
});

test('a token is valid for its lifetime', async () => {
  const issuedAt = 1_800_000_000_000;
  setTime(issuedAt);
  const token = await tokens.issue({ clientId: 'client-1' });
  setTime(issuedAt + (tokenLifetimeS - 1) * 1_000);
  expect(await tokens.read(token)).toEqual({ clientId: 'client-1' });
  setTime(issuedAt + (tokenLifetimeS + 1) * 1_000);
  expect(await tokens.read(token)).toBeUndefined();
});

test.each<[string, () => Promise<string>]>([
  ['with another secret', () => signed({ key: 'o'.repeat(40) })],
  ['of another issuer', () => signed({ issuer: 'other' })],
  ['for another audience', () => signed({ audience: 'other-api' })],
  ['without an audience', () => signed({ audience: null })],
  ['of another type', () => signed({ typ: 'JWT' })],
  ['without a type', () => signed({ typ: null })],
  ['that never expires', () => signed({ expires: null })],
  ['with another algorithm', () => signed({ alg: 'HS512' })],
  ['that has expired', () => signed({ expires: '1s ago' })],
  ['without a signature', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await signed()).split('.')[1]}.`],
  ['with a changed client', async () => {
    const [header, payload, signature] = (await signed()).split('.') as [string, string, string];
    const changed = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('client-1', 'client-2')).toString('base64url');
    return `${header}.${changed}.${signature}`;
  }],
  ['that is not a JWT', async () => 'nonsense'],
])('a token %s has no client', async (_, made) => {
  expect(await tokens.read(await made())).toBeUndefined();
});
