import { describe, expect, test } from '@jest/globals';
import { openMetrics } from '@crossroads/platform';
import type { CompensatableStep, StepContext } from '@crossroads/saga';
import { ClaimLost, createSagaRunner, done, saga, StoreUnavailable } from '@crossroads/saga';
import type { SagaRepository } from '@crossroads/store';
import { memoryClock, memoryJournal, memorySagas } from '@crossroads/testkit';
import { z } from 'zod';
import { processJob } from '../process-job.js';
import { workerMetrics } from '../metrics.js';
import { instrumentSteps } from './instrument-steps.js';
import { instrumentExecutions } from './instrument-executions.js';

const sagaId = '019ad0c4-1f00-7000-8000-000000000000';

/** One saga of one step, watched as the worker watches it; what is logged, and what is counted. */
const world = (act: (context: StepContext) => unknown) => {
  const clock = memoryClock();
  const memory = memorySagas(clock);
  const it = memory.accept(sagaId, 'sample', {});
  const lines: Record<string, unknown>[] = [];
  const say = (message: string, metadata?: object) => void lines.push({ message, ...metadata });
  const log = { debug: say, info: say, warn: say, error: say };
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
  const counted = workerMetrics(metrics, { oldestDueSeconds: async () => 0, phases: none, depth: none, overdue: async () => 0, paused: async () => false, idleMs: () => 0, breakers: () => [] });
  const executions = instrumentExecutions({ ...memory, renew: async () => {} } as unknown as SagaRepository, [counted.turn]);
  const types = instrumentSteps([saga('sample', z.object({})).compensatable(step)], [executions.noteStep, counted.step]);
  const runSaga = createSagaRunner({ types, sagas: executions.sagas, journal: memoryJournal(), log });
  const answer = executions.observe(processJob(runSaga, log, executions.about));
  return { it, lines, answer: () => answer(sagaId, 1), read: async () => (await metrics.page()).body };
};

const whose = { saga_id: sagaId, correlation_id: `c-${sagaId}`, saga_type: 'sample', step: 'one', direction: 'run', epoch: 1, attempt: 1 };

describe('a line said during a step', () => {
  test('by the step itself names saga, step, attempt and correlation id, whatever facts it gives', async () => {
    const { answer, lines } = world(({ log }) => log.warn('odd', { saga_id: 'no other', bols: 2 }));
    await answer();
    expect(lines).toEqual([{ message: 'odd', bols: 2, ...whose }]);
  });

  test('by the kernel as well', async () => {
    const { answer, lines } = world(() => {
      throw new TypeError('a bug');
    });
    await answer();
    expect(lines[0]).toMatchObject(whose);
  });

  test('about a store that is away, too', async () => {
    const { answer, lines } = world(() => {
      throw new StoreUnavailable('away');
    });
    expect(await answer()).toMatchObject({ next: 'again' });
    expect(lines).toMatchObject([{ message: 'the store is unavailable; the saga rests where it is', ...whose }]);
  });
});

describe('a claim that is lost', () => {
  const lost = /crossroads_claims_lost_total\{type="sample"\} 1/;

  test('within a step is counted once', async () => {
    const { answer, read } = world(() => {
      throw new ClaimLost('the fence says no');
    });
    await answer();
    expect(await read()).toMatch(lost);
    expect(await read()).toMatch(/attempts_total\{.*outcome="claim-lost"\} 1/);
  });

  test('at the end of the turn is counted as well, and the saga is not counted as finished', async () => {
    const { answer, it, read } = world(() => void (it.epoch += 1));
    await answer();
    expect(await read()).toMatch(lost);
    expect(await read()).not.toContain('finished_total{');
  });

  test('is not what a bell too many means', async () => {
    let second: unknown;
    const watched = world(async () => {
      second = await watched.answer();
    });
    await watched.answer();
    expect(second).toMatchObject({ next: 'over', outcome: { outcome: 'skipped' } });
    const body = await watched.read();
    expect(body).not.toContain('claims_lost_total{');
    expect(body).toMatch(/finished_total\{type="sample",outcome="synced"\} 1/);
    expect(body).toMatch(/sagas_active 0/);
  });
});
