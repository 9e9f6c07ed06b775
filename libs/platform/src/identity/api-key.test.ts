import { describe, expect, test } from '@jest/globals';
import { digest, matches, newApiKey, parseApiKey } from './api-key.js';

const id = '0123456789abcdef';
const secret = 'A_b-'.repeat(10) + 'xyz';

describe('a new key', () => {
  test('has a text that parses to its id and to a secret with its digest', () => {
    const key = newApiKey();
    const parsed = parseApiKey(key.text)!;
    expect([parsed.id, digest(parsed.secret)]).toEqual([key.id, key.sha256]);
    expect(matches(parsed.secret, key.sha256)).toBe(true);
  });

  test('differs from every other key', () => {
    const keys = Array.from({ length: 100 }, newApiKey);
    expect([new Set(keys.map((key) => key.id)).size, new Set(keys.map(({ sha256 }) => sha256)).size]).toEqual([100, 100]);
  });
});

test('a key with hyphens and underscores in its secret is parsed', () => {
  expect(parseApiKey(`crossroads_${id}_${secret}`)).toEqual({ id, secret });
});

test.each([
  ['nothing', ''],
  ['another prefix', `crossroad_${id}_${secret}`],
  ['an operator key', `crossroads_ops_${id}_${secret}`],
  ['a short id', `crossroads_${id.slice(1)}_${secret}`],
  ['an id in upper case', `crossroads_${id.toUpperCase()}_${secret}`],
  ['a short secret', `crossroads_${id}_${secret.slice(1)}`],
  ['a long secret', `crossroads_${id}_${secret}A`],
  ['a secret outside base64url', `crossroads_${id}_${secret.slice(1)}+`],
  ['white space around it', ` crossroads_${id}_${secret}`],
  ['a second line', `crossroads_${id}_${secret}\n`],
])('%s is not a key', (_, text) => {
  expect(parseApiKey(text)).toBeUndefined();
});

describe('a digest', () => {
  test('is SHA-256 as hex', () => {
    expect(digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test.each([
    ['another secret', digest('other')],
    ['a shorter digest', digest(secret).slice(2)],
    ['no digest', ''],
    ['text that is not hex', 'z'.repeat(64)],
  ])('does not match %s', (_, sha256) => {
    expect(matches(secret, sha256)).toBe(false);
  });
});
