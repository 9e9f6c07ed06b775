import { expect, jest, test } from '@jest/globals';
import { startWatchdog } from './watchdog.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const watched = async (waiting: number[], idleMs: number, paused = false): Promise<number> => {
  jest.useFakeTimers();
  let ended = 0;
  const watchdog = startWatchdog({ queue: { waiting: async () => waiting.shift() ?? 0, paused: async () => paused }, worker: { idleMs: () => idleMs }, log: quiet, end: () => void ended++ });
  await jest.advanceTimersByTimeAsync(10_000 * (waiting.length + 1));
  await watchdog.stop();
  jest.useRealTimers();
  return ended;
};

test('a worker that takes none of the waiting jobs is ended', async () => {
  expect(await watched([3, 3], 61_000)).toBe(1);
});

test('a worker is not ended while it works, while no job waits, or when a job was just added', async () => {
  expect(await watched([3, 3, 3], 1_000)).toBe(0);
  expect(await watched([0, 0, 0], 61_000)).toBe(0);
  expect(await watched([0, 1, 0, 1, 0], 61_000)).toBe(0);
});

test('the watchdog never ends a worker of a paused queue', async () => {
  expect(await watched([3, 3, 3], 61_000, true)).toBe(0);
});
