import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness } from '../harness/worker-harness.js';

let harness: WorkerHarness;

beforeEach(async () => {
  harness = await openWorkerHarness('stuck-jobs');
});
afterEach(() => harness.close());

const untilEnded = (sagaId: string) => eventually(async () => (await harness.saga(sagaId)).phase === 'ended');
const untilJobIs = (sagaId: string, state: string) => eventually(async () => (await harness.jobsOf(sagaId)).some((job) => job.state === state));

describe('a due saga continues after a sweep', () => {
  test('although a failed job has its job id', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    await harness.enqueueAll([sagaId]);
    const failing = harness.startWorker(async () => ({ outcome: 'stopped', status: 'error' }));
    await untilJobIs(sagaId, 'failed');
    await failing.close(5_000);
    harness.startWorker(harness.createRunner().process);
    await harness.sweep();
    await untilEnded(sagaId);
  });

  test('although a worker of another installation has completed its job without running it', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    await harness.enqueueAll([sagaId]);
    const otherInstallation = harness.startWorker(async () => ({ outcome: 'not-due' as const }));
    await untilJobIs(sagaId, 'completed');
    await harness.sweep();
    await untilJobIs(sagaId, 'completed');
    await otherInstallation.close(5_000);
    harness.startWorker(harness.createRunner().process);
    await harness.sweep();
    await untilEnded(sagaId);
  });

  test('although its job is delayed by an hour, or is missing from every list of the queue', async () => {
    const [delayed, lost] = (await harness.accept(2)) as [string, string];
    await harness.enqueueAll([delayed, lost]);
    const late = harness.startWorker(async () => ({ outcome: 'retry', delayMs: 3_600_000 }));
    await untilJobIs(delayed, 'delayed');
    await untilJobIs(lost, 'delayed');
    await late.close(5_000);
    const client = (await (harness.bullmqQueue.getBackend() as unknown as { client: Promise<{ zrem(key: string, id: string): Promise<number> }> }).client);
    expect(await client.zrem(harness.bullmqQueue.toKey('delayed'), `saga-${lost}-e0`)).toBe(1);
    harness.startWorker(harness.createRunner().process);
    await harness.sweep();
    await Promise.all([untilEnded(delayed), untilEnded(lost)]);
  });

  test('although a hung worker has its job', async () => {
    const [sagaId] = (await harness.accept()) as [string];
    await harness.enqueueAll([sagaId]);
    const hung = harness.startHungWorker(1);
    await untilJobIs(sagaId, 'active');
    harness.startWorker(harness.createRunner().process);
    // The sweep ignores a job that was taken recently, because its worker is about to claim the saga.
    await eventually(async () => {
      await harness.sweep();
      return (await harness.saga(sagaId)).phase === 'ended';
    }).finally(() => hung.release());
  });
});

test('a saga whose second worker died before it claimed gets a third job, and workers that see this at the same time add one', async () => {
  const [sagaId] = (await harness.accept()) as [string];
  const request = { sagaId, correlationId: sagaId, type: 'sample', tenantId: 't', epoch: 0 };
  await harness.enqueueAll([sagaId]);
  const hung = harness.startHungWorker(2);
  const activeJobs = async () => (await harness.jobsOf(sagaId)).filter(({ state }) => state === 'active').length;
  await eventually(async () => (await activeJobs()) === 1);
  await harness.queue.reenqueue([{ ...request, overdueMs: 3_000 }]);
  await eventually(async () => (await activeJobs()) === 2);
  for (const overdueMs of [3_900, 5_000, 7_000]) await harness.queue.reenqueue([{ ...request, overdueMs }]);
  expect((await harness.jobsOf(sagaId)).map(({ state }) => state).sort()).toEqual(['active', 'active', 'waiting']);
  hung.release();
});

test('an unclassified error fails no job: the saga continues when the error is gone', async () => {
  const [sagaId] = (await harness.accept()) as [string];
  let failures = 0;
  const { process } = harness.createRunner({
    wrap: (sagas) => ({
      ...sagas,
      claim: async (id) => {
        // Fail more often than the attempts of a job in BullMQ.
        if (failures++ < 8) throw Object.assign(new Error('unable to authenticate'), { code: 18 });
        return sagas.claim(id);
      },
    }),
  });
  await harness.enqueueAll([sagaId]);
  harness.startWorker(process);
  await eventually(async () => {
    const job = await harness.bullmqQueue.getJob(`saga-${sagaId}-e0`);
    if ((await job?.getState()) === 'delayed') await job!.promote();
    expect(await job?.getState()).not.toBe('failed');
    return (await harness.saga(sagaId)).phase === 'ended';
  });
  expect(failures).toBe(9);
  expect(harness.logLines.filter(({ saga_id, error }) => saga_id === sagaId && error !== undefined)).toHaveLength(8);
});

test('sweeps and a recovery scan add no jobs to a backlog of 2,000 jobs', async () => {
  const sagas = await harness.accept(2_000);
  await harness.enqueueAll(sagas);
  for (let sweep = 0; sweep < 3; sweep++) await harness.sweep();
  await harness.recover();
  expect(await harness.queue.count()).toBe(2_000);
  expect(harness.reenqueued()).toBe(0);
});

test('a job without a saga id is completed and logged', async () => {
  const job = await harness.bullmqQueue.add('sample', { saga_id: undefined, correlation_id: 'c' } as never, { jobId: 'saga-nothing-e0' });
  harness.startWorker(harness.createRunner().process);
  await eventually(async () => (await job.getState()) === 'completed');
  expect(harness.logLines).toEqual([expect.objectContaining({ error: expect.objectContaining({ message: expect.stringContaining('has no saga_id') }) })]);
});
