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
  await world.queue.pause();
  await world.ringAll(await world.accept());
  let looks = 0;
  let ended = 0;
  const waiting = async (): Promise<number> => {
    looks += 1;
    return world.bells.waiting();
  };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const watchdog = startWatchdog({ bells: { waiting, paused: () => world.bells.paused() }, worker: { idleMs: () => 61_000 }, log, end: () => void ended++, everyMs: 5 });
  await eventually(() => looks > 10);
  expect(await world.bells.paused()).toBe(true);
  expect(await world.bells.waiting()).toBe(1);
  expect(ended).toBe(0);
  await world.queue.resume();
  await eventually(() => ended > 0);
  await watchdog.stop();
  expect(await world.bells.paused()).toBe(false);
});

test('jobs of a paused queue are a backlog: sweeps make no others', async () => {
  await world.queue.pause();
  const [sagaId] = (await world.accept()) as [string];
  await world.ringAll([sagaId]);
  await world.sweep();
  await world.recover();
  expect(await world.jobsOf(sagaId)).toHaveLength(1);
  await world.queue.resume();
  world.startWorker(world.turns().answer);
  await eventually(async () => (await world.saga(sagaId)).phase === 'ended');
});
