import { expect, test } from '@jest/globals';
import type { Backlog } from './backlog-metrics.js';
import { backlogMetrics } from './backlog-metrics.js';
import { openMetrics } from './metrics.js';

const page = async (backlog: Partial<Backlog>): Promise<string> => {
  const metrics = openMetrics();
  const empty: Backlog = { oldestDueSeconds: async () => 0, phases: async () => ({}), blocked: async () => ({}), overdue: async () => 0, depth: async () => ({ waiting: 0 }), paused: async () => false };
  backlogMetrics(metrics, { ...empty, ...backlog });
  return (await metrics.page()).body;
};

test('overdue sagas are counted minus the waiting jobs', async () => {
  expect(await page({ overdue: async () => 7 })).toMatch(/^crossroads_sagas_overdue 7$/m);
  expect(await page({ overdue: async () => 7, depth: async () => ({ waiting: 5 }) })).toMatch(/^crossroads_sagas_overdue 2$/m);
  expect(await page({ overdue: async () => 1_000, depth: async () => ({ waiting: 50_000 }) })).toMatch(/^crossroads_sagas_overdue 0$/m);
});

test('all overdue sagas are counted without Redis, and none is reported without MongoDB', async () => {
  const unavailable = async (): Promise<never> => {
    throw new Error('unavailable');
  };
  expect(await page({ overdue: async () => 7, depth: unavailable, paused: unavailable })).toMatch(/^crossroads_sagas_overdue 7$/m);
  expect(await page({ overdue: unavailable })).not.toMatch(/^crossroads_sagas_overdue /m);
});

test('a paused queue is 1, an active queue 0, and an unknown state is omitted', async () => {
  expect(await page({ paused: async () => true })).toMatch(/^crossroads_queue_paused 1$/m);
  expect(await page({})).toMatch(/^crossroads_queue_paused 0$/m);
  expect(await page({ paused: () => Promise.reject(new Error('unavailable')) })).not.toMatch(/^crossroads_queue_paused /m);
});

test('sagas that a destination blocks are counted by code', async () => {
  expect(await page({ blocked: async () => ({ 'destination.circuit_open': 85, 'destination.paused': 0 }) })).toMatch(
    /^crossroads_sagas_blocked\{code="destination\.circuit_open"\} 85\ncrossroads_sagas_blocked\{code="destination\.paused"\} 0$/m,
  );
});
