import { expect, test } from '@jest/globals';
import { backoffDelay } from './backoff.js';

const policy = { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 };
const lowest = () => 0;
const highest = () => 1;

test('each delay grows by the factor up to the maximum, and half of it is random', () => {
  expect([1, 2, 3, 7].map((failures) => backoffDelay(policy, failures, undefined, highest))).toEqual([30_000, 120_000, 480_000, 43_200_000]);
  expect([1, 2, 3, 7].map((failures) => backoffDelay(policy, failures, undefined, lowest))).toEqual([15_000, 60_000, 240_000, 21_600_000]);
});

test('a requested delay is used, but at most one hour', () => {
  expect(backoffDelay(policy, 1, 60_000, lowest)).toBe(60_000);
  expect(backoffDelay(policy, 1, 1_000, lowest)).toBe(15_000);
  expect(backoffDelay(policy, 1, 999_999_000, lowest)).toBe(3_600_000);
});

test.each([undefined, 30_000])('of 10,000 sagas that failed together fewer than 500 retry in the same tenth of a second (requested delay: %p)', (requestedMs) => {
  const retriedAt = Array.from({ length: 10_000 }, () => Math.floor(backoffDelay(policy, 1, requestedMs) / 100));
  const counts = new Map<number, number>();
  for (const tenth of retriedAt) counts.set(tenth, (counts.get(tenth) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeLessThan(500);
});
