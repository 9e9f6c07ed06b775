import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sagaRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness, types } from '../harness/worker-harness.js';

let harness: WorkerHarness;

beforeEach(async () => {
  harness = await openWorkerHarness('dead-worker');
});
afterEach(() => harness.close());

/** Returns the saga whose job a worker processes next. */
const nextProcessed = async (): Promise<string> => {
  const processed: string[] = [];
  harness.startWorker(async (sagaId) => {
    processed.push(sagaId);
    return { outcome: 'not-due' as const };
  }, 1);
  await eventually(() => processed.length > 0);
  return processed[0]!;
};

describe('after a worker died, a recovery scan gives priority over a backlog to', () => {
  test('a saga that the worker had claimed, when its lease has ended', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    expect(await sagaRepository(harness.store, types).claim(sagaId)).toMatchObject({ epoch: 1 });
    const backlog = await harness.accept(300);
    await harness.enqueueAll(backlog);
    await eventually(async () => {
      await harness.recover();
      return (await harness.jobsOf(sagaId)).length > 0;
    });
    await harness.recover();
    expect(await harness.queue.count()).toBe(301);
    expect(await nextProcessed()).toBe(sagaId);
  });

  test('a saga whose job the worker had taken without a claim, before the lock of the job has ended', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    await harness.enqueueAll([sagaId]);
    const dead = harness.startHungWorker(1);
    await eventually(async () => (await harness.jobsOf(sagaId))[0]?.state === 'active');
    const backlog = await harness.accept(300);
    await harness.enqueueAll(backlog);
    await eventually(async () => {
      await harness.recover();
      return (await harness.jobsOf(sagaId)).length === 2;
    });
    expect((await harness.jobsOf(sagaId)).map(({ state }) => state).sort()).toEqual(['active', 'waiting']);
    expect(await nextProcessed()).toBe(sagaId);
    dead.release();
  });
});

describe('after scans have found an idle system, a scan finds', () => {
  const untilIdle = () => eventually(async () => (await harness.recover()) === 'idle');

  test('the lease of a dead worker before it ends, and then its saga', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    await untilIdle();
    expect(await sagaRepository(harness.store, types).claim(sagaId)).toMatchObject({ epoch: 1 });
    const results = new Set<string>();
    await eventually(async () => {
      results.add(await harness.recover());
      return (await harness.jobsOf(sagaId)).length > 0;
    });
    expect(results).toContain('busy');
  });

  test('a job that a worker has just taken', async () => {
    await untilIdle();
    await harness.enqueueAll(await harness.accept());
    const hung = harness.startHungWorker(1);
    await eventually(async () => (await harness.queue.active()) === 1);
    expect(await harness.recover()).toBe('busy');
    hung.release();
  });
});

test('a due saga without a job is enqueued when few jobs wait, and not enqueued during a backlog', async () => {
  const givenOverdueSaga = async (): Promise<string> => {
    const [sagaId] = (await harness.accept()) as [string];
    await harness.change(sagaId, { $set: { epoch: 2, settled_epoch: 2, phase: 'retrying', next_run_at: new Date(Date.now() - 3_000) } });
    return sagaId;
  };
  await harness.enqueueAll(await harness.accept(150));
  const inBacklog = await givenOverdueSaga();
  await harness.recover();
  expect(await harness.jobsOf(inBacklog)).toEqual([]);
  await harness.bullmqQueue.drain();
  await harness.recover();
  expect(await harness.jobsOf(inBacklog)).toHaveLength(1);
});
