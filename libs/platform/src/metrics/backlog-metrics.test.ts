import { expect, test } from '@jest/globals';
import type { Backlog } from './backlog-metrics.js';
import { backlogMetrics } from './backlog-metrics.js';
import { openMetrics } from './metrics.js';

const page = async (backlog: Partial<Backlog>): Promise<string> => {
  const metrics = openMetrics();
  const quiet: Backlog = { oldestDueSeconds: async () => 0, phases: async () => ({}), overdue: async () => 0, depth: async () => ({ waiting: 0 }), paused: async () => false };
  backlogMetrics(metrics, { ...quiet, ...backlog });
  return (await metrics.page()).body;
};

test('sagas that are overdue count as far as there are not as many jobs waiting', async () => {
  expect(await page({ overdue: async () => 7 })).toMatch(/^crossroads_sagas_overdue 7$/m);
  expect(await page({ overdue: async () => 7, depth: async () => ({ waiting: 5 }) })).toMatch(/^crossroads_sagas_overdue 2$/m);
  expect(await page({ overdue: async () => 1_000, depth: async () => ({ waiting: 50_000 }) })).toMatch(/^crossroads_sagas_overdue 0$/m);
});

test('with Redis away no job moves them, so all of them count; with MongoDB away nothing is said', async () => {
  const away = async (): Promise<never> => {
    throw new Error('away');
  };
  expect(await page({ overdue: async () => 7, depth: away, paused: away })).toMatch(/^crossroads_sagas_overdue 7$/m);
  expect(await page({ overdue: away })).not.toMatch(/^crossroads_sagas_overdue /m);
});

test('a paused queue is 1, one that is not 0, and one that cannot be asked is left out', async () => {
  expect(await page({ paused: async () => true })).toMatch(/^crossroads_queue_paused 1$/m);
  expect(await page({})).toMatch(/^crossroads_queue_paused 0$/m);
  expect(await page({ paused: () => Promise.reject(new Error('away')) })).not.toMatch(/^crossroads_queue_paused /m);
});
