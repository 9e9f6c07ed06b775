import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { WorkerHarness } from '../harness/worker-harness.js';
import { openWorkerHarness } from '../harness/worker-harness.js';

let harness: WorkerHarness;
const { stackTraceLimit } = Error;

beforeEach(async () => {
  harness = await openWorkerHarness('frames');
  Error.stackTraceLimit = 50;
});
afterEach(async () => {
  Error.stackTraceLimit = stackTraceLimit;
  await harness.close();
});

test('from BullMQ’s callback to a step there are at most six frames', async () => {
  let stack = '';
  const { process } = harness.createRunner({ act: () => void (stack = new Error('here').stack!) });
  harness.startWorker(process);
  await harness.enqueueAll(await harness.accept());
  await eventually(() => stack !== '');
  const frames = stack.split('\n').filter((line) => /\/(libs|apps)\//.test(line));
  const callback = frames.findIndex((line) => line.includes('saga-worker.ts'));
  expect(callback).toBeGreaterThan(0);
  expect(callback + 1).toBeLessThanOrEqual(6);
});
