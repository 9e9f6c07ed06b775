import { expect, test } from '@jest/globals';
import { retryAfterMs } from './unknown-outcome.js';

const now = new Date('2026-03-01T12:00:00Z');

test.each<[value: string | undefined, ms: number | undefined]>([
  ['30', 30_000],
  [' 30 ', 30_000],
  ['999999', 999_999_000],
  ['Sun, 01 Mar 2026 12:01:30 GMT', 90_000],
  ['Sun, 01 Mar 2026 11:59:00 GMT', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['abc', undefined],
  ['tomorrow 5', undefined],
  ['2099-01-01', undefined],
  ['March 7, 2099', undefined],
  ['2027', 2_027_000],
  ['Foo, 99 Bar 2026 99:99:99 GMT', undefined],
  ['9'.repeat(400), undefined],
  ['', undefined],
  [undefined, undefined],
])('a Retry-After of %j is a delay of %j ms', (value, ms) => {
  expect(retryAfterMs(value, now)).toBe(ms);
});
