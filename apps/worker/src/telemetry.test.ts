import { describe, expect, test } from '@jest/globals';
import { openMetrics } from '@crossroads/platform';
import type { CompensatableStep, StepContext } from '@crossroads/saga';
import { ClaimLost, createSagaRunner, done, saga, StoreUnavailable } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';
import { memoryClock, memoryJournal, memorySagas } from '@crossroads/testkit';
import type { Sagas } from '@crossroads/saga';
import { z } from 'zod';
import { workerMetrics } from './metrics.js';
import { processJob } from './process-job.js';

const sagaId = '019ad0c4-1f00-7000-8000-000000000000';

/** One saga of one step, observed as the worker observes it; its log lines, and its metrics. */
const fixture = (act: (context: StepContext) => unknown) => {
  const clock = memoryClock();
  const memory = memorySagas(clock);
  const it = memory.accept(sagaId, 'sample', {});
  const lines: Record<string, unknown>[] = [];
  const write = (message: string, fields?: object) => void lines.push({ message, ...fields });
  const log = { debug: write, info: write, warn: write, error: write };
  const step: CompensatableStep<object, object> = {
    name: 'one',
    title: 'One',
    status: { done: 'synced', rejected: 'rejected' },
    retry: { attempts: 3, firstDelayMs: 100, growth: 2, maxDelayMs: 1_000 },
    timeoutMs: 5_000,
    run: async (_state, context) => {
      await act(context);
      return done({});
    },
    undo: async () => {},
  };
  const metrics = openMetrics();
  const none = async () => ({});
  const { observer } = workerMetrics(metrics, { oldestDueSeconds: async () => 0, phases: none, blocked: none, depth: none, overdue: async () => 0, paused: async () => false, idleMs: () => 0, breakers: () => [] });
  const types = [saga('sample', z.object({})).compensatable(step)];
  const process = processJob(createSagaRunner({ types, sagas: memory as Sagas<unknown> as Sagas<SagaMetadata>, journal: memoryJournal(), log, observers: [observer] }), log);
  return { it, lines, process: () => process(sagaId, 1), read: async () => (await metrics.page()).body };
};

const whose = { saga_id: sagaId, correlation_id: `c-${sagaId}`, saga_type: 'sample', step: 'one', direction: 'run', epoch: 1, attempt: 1 };

describe('a log line during a step', () => {
  test('by the step itself names saga, step, attempt and correlation id, whatever metadata it gives', async () => {
    const { process, lines } = fixture(({ log }) => log.warn('odd', { saga_id: 'no other', bols: 2 }));
    await process();
    expect(lines).toEqual([{ message: 'odd', bols: 2, ...whose }]);
  });

  test('by the kernel as well', async () => {
    const { process, lines } = fixture(() => {
      throw new TypeError('a bug');
    });
    await process();
    expect(lines[0]).toMatchObject(whose);
  });

  test('about a store that is away, too', async () => {
    const { process, lines } = fixture(() => {
      throw new StoreUnavailable('away');
    });
    expect(await process()).toMatchObject({ outcome: 'retry' });
    expect(lines).toMatchObject([{ message: 'the store is unavailable; the saga is retried', ...whose }]);
  });
});

describe('a claim that is lost', () => {
  const lost = /crossroads_claims_lost_total\{type="sample"\} 1/;

  test('within a step is counted once', async () => {
    const { process, read } = fixture(() => {
      throw new ClaimLost('a newer claim exists');
    });
    await process();
    expect(await read()).toMatch(lost);
    expect(await read()).toMatch(/attempts_total\{.*outcome="claim-lost"\} 1/);
  });

  test('at the end of the turn is counted as well, and the saga is not counted as finished', async () => {
    const { process, it, read } = fixture(() => void (it.epoch += 1));
    await process();
    expect(await read()).toMatch(lost);
    expect(await read()).not.toContain('finished_total{');
  });

  test('is not counted for an extra job', async () => {
    let second: unknown;
    const watched = fixture(async () => {
      second = await watched.process();
    });
    await watched.process();
    expect(second).toEqual({ outcome: 'not-due' });
    const body = await watched.read();
    expect(body).not.toContain('claims_lost_total{');
    expect(body).toMatch(/finished_total\{type="sample",outcome="synced"\} 1/);
    expect(body).toMatch(/sagas_active 0/);
  });
});
