import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ScanResult } from './recover-lapsed.js';
import { createSweep, startSweeping } from './sweep.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A queue that has jobs of the first sagas, and due sagas in order. */
const world = (due: number, queued: number) => {
  const sagas = Array.from({ length: due }, (_, index) => ({
    sagaId: String(index).padStart(6, '0'),
    correlationId: 'c',
    type: 'reset_order',
    tenantId: 't',
    epoch: 0,
    due: new Date(0),
    overdueMs: 10_000,
  }));
  const jobs = new Set(sagas.slice(0, queued).map(({ sagaId }) => sagaId));
  const taken = new Set<string>();
  let looked = 0;
  let again = 0;
  const sweep = createSweep({
    sagas: {
      due: async (limit, after) => {
        const from = after ? Number(after.sagaId) + 1 : 0;
        const found = sagas.slice(from, from + limit);
        return { sagas: found, place: found.length === limit ? { nextRunAt: new Date(0), sagaId: found.at(-1)!.sagaId } : undefined };
      },
      stillDue: async (found) => sagas.filter(({ sagaId }) => !taken.has(sagaId) && found.some((each) => each.sagaId === sagaId)),
    },
    queue: {
      notQueued: async (requests) => {
        looked += requests.length;
        return requests.filter(({ sagaId }) => !jobs.has(sagaId));
      },
      reenqueue: async (requests) => {
        for (const { sagaId } of requests) jobs.add(sagaId);
      },
    },
    log: quiet,
    reenqueued: (queue) => void (again += queue),
  });
  return { sweep, sagas, jobs, taken, looked: () => looked, again: () => again };
};

describe('a sweep', () => {
  test('enqueues at once for every saga when Redis has lost all of its jobs', async () => {
    const { sweep, jobs, again } = world(10_000, 0);
    await sweep();
    expect(jobs.size).toBe(10_000);
    expect(again()).toBe(10_000);
  });

  test('looks at one page of a backlog whose jobs all wait, and goes on from there next time', async () => {
    const { sweep, looked, again } = world(2_500, 2_500);
    await sweep();
    expect(looked()).toBe(1_000);
    await sweep();
    await sweep();
    expect(looked()).toBe(2_500);
    await sweep();
    expect(looked()).toBe(3_500);
    expect(again()).toBe(0);
  });

  test('finds the few jobs that were lost deep in a backlog', async () => {
    const { sweep, jobs } = world(2_010, 2_000);
    for (let turn = 0; turn < 3; turn++) await sweep();
    expect(jobs.size).toBe(2_010);
  });

  test('makes no job for a saga that was taken while it looked, nor for one that has only just become due', async () => {
    const { sweep, sagas, jobs, taken, again } = world(3, 0);
    taken.add('000000');
    sagas[1]!.overdueMs = 50;
    await sweep();
    expect([...jobs]).toEqual(['000002']);
    expect(again()).toBe(1);
  });

  test('does not trust a clock by which a saga is due in the future', async () => {
    const { sweep, sagas, jobs } = world(1, 0);
    sagas[0]!.overdueMs = -3_600_000;
    await sweep();
    expect(jobs.size).toBe(1);
  });
});

describe('repeated sweeps', () => {
  afterEach(() => void jest.useRealTimers());

  test('come at the longer interval while they return idle, and at the shorter one after another result', async () => {
    jest.useFakeTimers();
    let result: ScanResult = 'idle';
    let sweeps = 0;
    const sweeping = startSweeping(async () => (sweeps++, result), 100, quiet, 'the sweep', 1_000);
    await jest.advanceTimersByTimeAsync(100);
    sweeps = 0;
    await jest.advanceTimersByTimeAsync(10_000);
    expect([sweeps >= 8, sweeps <= 14]).toEqual([true, true]);
    result = 'busy';
    await jest.advanceTimersByTimeAsync(1_250);
    sweeps = 0;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(sweeps).toBeGreaterThanOrEqual(80);
    await sweeping.stop(0);
  });
});
