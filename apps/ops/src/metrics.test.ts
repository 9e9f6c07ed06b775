import { expect, test } from '@jest/globals';
import { openMetrics } from '@crossroads/platform';
import { opsMetrics } from './metrics.js';

test('circles of waiting sagas are counted once a minute at most, and not told while they cannot be known', async () => {
  const metrics = openMetrics();
  let [now, away] = [0, true];
  const looks: number[] = [];
  const find = async (most: number) => {
    looks.push(most);
    if (away) throw new Error('MongoDB does not answer');
    return [['a', 'b'], ['c', 'd', 'e']];
  };
  opsMetrics(metrics, { cycles: { find }, oldestDueSeconds: async () => 0, phases: async () => ({}), depth: async () => ({}), paused: async () => false, overdue: async () => 0, workers: async () => 1 }, () => now);
  const told = async () => /^crossroads_saga_wait_cycles (\d+)$/m.exec((await metrics.page()).body)?.[1];
  expect(await told()).toBeUndefined();
  away = false;
  expect(await told()).toBe('2');
  now = 59_999;
  expect(await told()).toBe('2');
  expect(looks).toEqual([1_000, 1_000]);
  now = 60_000;
  expect(await told()).toBe('2');
  expect(looks).toHaveLength(3);
});
