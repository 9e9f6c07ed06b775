import { expect, test } from '@jest/globals';
import { backoffDelay } from './backoff.js';

const policy = { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 };
const shortest = () => 0;
const longest = () => 1;

test('each rest is so many times the one before, up to the longest, and half of it is chance', () => {
  expect([1, 2, 3, 7].map((failed) => backoffDelay(policy, failed, undefined, longest))).toEqual([30_000, 120_000, 480_000, 43_200_000]);
  expect([1, 2, 3, 7].map((failed) => backoffDelay(policy, failed, undefined, shortest))).toEqual([15_000, 60_000, 240_000, 21_600_000]);
});

test('a wish is granted, but for an hour at most', () => {
  expect(backoffDelay(policy, 1, 60_000, shortest)).toBe(60_000);
  expect(backoffDelay(policy, 1, 1_000, shortest)).toBe(15_000);
  expect(backoffDelay(policy, 1, 999_999_000, shortest)).toBe(3_600_000);
});

test.each([undefined, 30_000])('of a crowd that failed together no twentieth comes back within the same tenth of a second (asked to wait %p)', (waitMs) => {
  const crowd = Array.from({ length: 10_000 }, () => Math.floor(backoffDelay(policy, 1, waitMs) / 100));
  const batcher = new Map<number, number>();
  for (const tenth of crowd) batcher.set(tenth, (batcher.get(tenth) ?? 0) + 1);
  expect(Math.max(...batcher.values())).toBeLessThan(500);
});
