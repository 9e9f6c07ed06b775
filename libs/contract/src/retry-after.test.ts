import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const now = Date.parse('2026-03-01T12:00:00Z');

test.each<[value: string | null | undefined, ms: number | undefined]>([
  ['30', 30_000],
  [' 30 ', 30_000],
  ['999999', 999_999_000],
  ['2027', 2_027_000],
  ['0', 0],
  ['Sun, 01 Mar 2026 12:01:30 GMT', 90_000],
  ['Sunday, 01-Mar-26 12:01:30 GMT', 90_000],
  ['Sun Mar  1 12:01:30 2026', 90_000],
  ['Sun Mar 01 12:01:30 2026', 90_000],
  ['Tue Mar 10 12:00:00 2026', 9 * 86_400_000],
  ['Sunday, 01-Mar-76 12:00:00 GMT', Date.parse('2076-03-01T12:00:00Z') - now],
  ['Tuesday, 01-Mar-77 12:00:00 GMT', 0],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['abc', undefined],
  ['tomorrow 5', undefined],
  ['2099-01-01', undefined],
  ['March 7, 2099', undefined],
  ['Foo, 99 Bar 2026 99:99:99 GMT', undefined],
  ['Mon, 31 Feb 2099 12:00:00 GMT', undefined],
  ['Mon, 01 Mar 2099 24:00:00 GMT', undefined],
  ['Mon, 01 Mar 2099 12:00:00', undefined],
  ['1, 2', undefined],
  ['9'.repeat(400), undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('a Retry-After of %j is a delay of %j ms', (value, ms) => {
  expect(retryAfterMs(value, now)).toBe(ms);
});
