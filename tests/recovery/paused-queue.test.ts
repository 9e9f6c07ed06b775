import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import { startWatchdog } from '../../apps/worker/src/watchdog.js';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness } from '../harness/worker-harness.js';

let harness: WorkerHarness;

beforeEach(async () => {
  harness = await openWorkerHarness('paused-queue');
});
afterEach(() => harness.close());

test('the watchdog does not end an idle worker while its queue is paused, but ends it when the pause is over', async () => {
  await harness.bullmqQueue.pause();
  await harness.enqueueAll(await harness.accept());
  let checks = 0;
  let ended = 0;
  const waiting = async (): Promise<number> => {
    checks += 1;
    return harness.queue.waiting();
  };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const watchdog = startWatchdog({ queue: { waiting, paused: () => harness.queue.paused() }, worker: { idleMs: () => 61_000 }, log, end: () => void ended++, everyMs: 5 });
  await eventually(() => checks > 10);
  expect(await harness.queue.paused()).toBe(true);
  expect(await harness.queue.waiting()).toBe(1);
  expect(ended).toBe(0);
  await harness.bullmqQueue.resume();
  await eventually(() => ended > 0);
  await watchdog.stop();
  expect(await harness.queue.paused()).toBe(false);
});

test('a sweep and a recovery scan enqueue no second job for a saga in a paused queue', async () => {
  await harness.bullmqQueue.pause();
  const [sagaId] = (await harness.accept()) as [string];
  await harness.enqueueAll([sagaId]);
  await harness.sweep();
  await harness.recover();
  expect(await harness.jobsOf(sagaId)).toHaveLength(1);
  await harness.bullmqQueue.resume();
  harness.startWorker(harness.createRunner().process);
  await eventually(async () => (await harness.saga(sagaId)).phase === 'ended');
});
