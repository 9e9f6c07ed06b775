import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import { startWatchdog } from '../../apps/worker/src/watchdog.js';
import type { WorkerWorld } from './worker-world.js';
import { openWorkerWorld } from './worker-world.js';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld('paused-queue');
});
afterEach(() => world.close());

test('a worker lives through a pause of its queue, and one that takes nothing when the pause is over is ended', async () => {
  await world.bullmqQueue.pause();
  await world.enqueueAll(await world.accept());
  let looks = 0;
  let ended = 0;
  const waiting = async (): Promise<number> => {
    looks += 1;
    return world.queue.waiting();
  };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const watchdog = startWatchdog({ queue: { waiting, paused: () => world.queue.paused() }, worker: { idleMs: () => 61_000 }, log, end: () => void ended++, everyMs: 5 });
  await eventually(() => looks > 10);
  expect(await world.queue.paused()).toBe(true);
  expect(await world.queue.waiting()).toBe(1);
  expect(ended).toBe(0);
  await world.bullmqQueue.resume();
  await eventually(() => ended > 0);
  await watchdog.stop();
  expect(await world.queue.paused()).toBe(false);
});

test('jobs of a paused queue are a backlog: sweeps make no others', async () => {
  await world.bullmqQueue.pause();
  const [sagaId] = (await world.accept()) as [string];
  await world.enqueueAll([sagaId]);
  await world.sweep();
  await world.recover();
  expect(await world.jobsOf(sagaId)).toHaveLength(1);
  await world.bullmqQueue.resume();
  world.startWorker(world.executions().answer);
  await eventually(async () => (await world.saga(sagaId)).phase === 'ended');
});
