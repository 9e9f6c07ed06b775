import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { withDeadline } from './with-deadline.js';

const neverEnding = () => new Promise<never>(() => {});

test('returns the result of work that completes in time, and removes its listeners', async () => {
  const { signal } = new AbortController();
  expect(await withDeadline(60_000, signal, async () => 'done')).toBe('done');
  await expect(withDeadline(60_000, signal, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('aborts work that exceeds the deadline', async () => {
  let received!: AbortSignal;
  await expect(withDeadline(1, new AbortController().signal, (signal) => ((received = signal), neverEnding()))).rejects.toMatchObject({ code: 'destination.timed_out' });
  expect(received.aborted).toBe(true);
});

test('an interruption ends the work, before it starts and while it runs', async () => {
  const abort = new AbortController();
  const running = withDeadline(60_000, abort.signal, neverEnding);
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'destination.interrupted' });
  await expect(withDeadline(60_000, abort.signal, neverEnding)).rejects.toMatchObject({ code: 'destination.interrupted' });
});
