import { expect, test } from '@jest/globals';
import { TenantFairScheduler } from './tenant-fair-scheduler.js';

let now = 0;
const executions = () => new TenantFairScheduler({ burst: 3, perSecond: 10 }, () => now);

test('a tenant within its share is served first', () => {
  const fair = executions();
  expect([1, 2, 3].map(() => fair.next('a'))).toEqual([0, 0, 0]);
});

test('beyond its share it stands behind itself, and nobody else behind it', () => {
  const fair = executions();
  const heavy = Array.from({ length: 50_000 }, () => fair.next('a'));
  expect(heavy.slice(2, 6)).toEqual([0, 1, 2, 3]);
  expect(heavy.at(-1)).toBe(49_997);
  expect(fair.next('b')).toBe(0);
});

test('what it has too many melts away with time', () => {
  const fair = executions();
  for (let job = 0; job < 13; job++) fair.next('a');
  now += 1_000;
  expect(fair.next('a')).toBe(1);
  now += 10_000;
  expect(fair.next('a')).toBe(0);
});
