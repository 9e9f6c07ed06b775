import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness } from '../harness/worker-harness.js';

let harness: WorkerHarness;
beforeEach(async () => {
  harness = await openWorkerHarness('clock-ahead');
});
afterEach(() => harness.close());

const minute = 60_000;

// The test moves `updated_at` back by a minute instead of waiting.
test.each([
  ['is right', -2 * minute],
  ['is an hour ahead', 60 * minute],
])('a saga whose jobs a hung worker has gets a new job each minute, where the clock of the intake that accepted it %s', async (_, skew) => {
  const [sagaId] = (await harness.accept()) as [string];
  const setUpdatedAt = (ms: number) => harness.change(sagaId, { $set: { updated_at: new Date(Date.now() + ms) } });
  await setUpdatedAt(skew);
  await harness.enqueueAll([sagaId]);
  const hung = harness.startHungWorker(2);
  const countJobs = async () => (await harness.jobsOf(sagaId)).length;
  try {
    await eventually(async () => (await countJobs()) === 1);
    // The sweep ignores a job that was taken recently, because its worker is about to claim the saga.
    await eventually(async () => {
      await harness.sweep();
      return (await harness.jobsOf(sagaId)).filter(({ state }) => state === 'active').length === 2;
    });
    harness.startWorker(harness.createRunner().process);
    let minutes = 0;
    await eventually(async () => {
      minutes = Math.min(minutes + 1, 3);
      await setUpdatedAt(skew - minutes * minute);
      await harness.sweep();
      return (await harness.saga(sagaId)).phase === 'ended';
    });
    expect(await harness.saga(sagaId)).toMatchObject({ phase: 'ended' });
  } finally {
    hung.release();
    await hung.worker.close(2_000);
  }
}, 30_000);
