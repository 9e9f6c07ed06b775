import { expect, test } from '@jest/globals';
import { TenantFairScheduler } from './tenant-fair-scheduler.js';

let now = 0;
const openScheduler = () => new TenantFairScheduler({ burst: 3, perSecond: 10 }, () => now);

test('a tenant within its share is served first', () => {
  const scheduler = openScheduler();
  expect([1, 2, 3].map(() => scheduler.nextPriority('a'))).toEqual([0, 0, 0]);
});

test('a tenant above its share delays only itself, not other tenants', () => {
  const scheduler = openScheduler();
  const heavy = Array.from({ length: 50_000 }, () => scheduler.nextPriority('a'));
  expect(heavy.slice(2, 6)).toEqual([0, 1, 2, 3]);
  expect(heavy.at(-1)).toBe(49_997);
  expect(scheduler.nextPriority('b')).toBe(0);
});

test('a backlog above the share decreases over time', () => {
  const scheduler = openScheduler();
  for (let job = 0; job < 13; job++) scheduler.nextPriority('a');
  now += 1_000;
  expect(scheduler.nextPriority('a')).toBe(1);
  now += 10_000;
  expect(scheduler.nextPriority('a')).toBe(0);
});
