import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { within } from './within.js';

const forEver = () => new Promise<never>(() => {});

test('work that is done in time is handed on, and leaves nothing behind', async () => {
  const { signal } = new AbortController();
  expect(await within(60_000, signal, async () => 'done')).toBe('done');
  await expect(within(60_000, signal, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('work that takes too long is left, and told', async () => {
  let told!: AbortSignal;
  await expect(within(1, new AbortController().signal, (signal) => ((told = signal), forEver()))).rejects.toMatchObject({ code: 'destination.timed_out' });
  expect(told.aborted).toBe(true);
});

test('an interruption counts before and during the work', async () => {
  const abort = new AbortController();
  const observe = within(60_000, abort.signal, forEver);
  abort.abort();
  await expect(observe).rejects.toMatchObject({ code: 'destination.interrupted' });
  await expect(within(60_000, abort.signal, forEver)).rejects.toMatchObject({ code: 'destination.interrupted' });
});
