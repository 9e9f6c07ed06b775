import { expect, test } from '@jest/globals';
import { openMetrics } from '@crossroads/platform';
import { opsMetrics } from './metrics.js';

test('wait cycles are counted once a minute at most, and left out while they are unknown', async () => {
  const metrics = openMetrics();
  let [now, isDown] = [0, true];
  const limits: number[] = [];
  const find = async (limit: number) => {
    limits.push(limit);
    if (isDown) throw new Error('MongoDB is unavailable');
    return [['a', 'b'], ['c', 'd', 'e']];
  };
  opsMetrics(metrics, { cycles: { find }, oldestDueSeconds: async () => 0, phases: async () => ({}), blocked: async () => ({}), depth: async () => ({}), paused: async () => false, overdue: async () => 0, workers: async () => 1 }, () => now);
  const exported = async () => /^crossroads_saga_wait_cycles (\d+)$/m.exec((await metrics.page()).body)?.[1];
  expect(await exported()).toBeUndefined();
  isDown = false;
  expect(await exported()).toBe('2');
  now = 59_999;
  expect(await exported()).toBe('2');
  expect(limits).toEqual([1_000, 1_000]);
  now = 60_000;
  expect(await exported()).toBe('2');
  expect(limits).toHaveLength(3);
});
