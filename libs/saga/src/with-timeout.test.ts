import { expect, test } from '@jest/globals';
import { ClaimLost } from './errors.js';
import { throwIfLost, withTimeout } from './with-timeout.js';

const step = { name: 'one', timeoutMs: 60_000 };

test('an attempt ends with the reason of a lost claim, and its signal is aborted', async () => {
  const lost = new AbortController();
  const abort = new AbortController();
  const attempt = withTimeout(step, new Promise<never>(() => undefined), abort, lost.signal);
  const reason = new ClaimLost('a newer claim was made');
  lost.abort(reason);
  await expect(attempt).rejects.toBe(reason);
  expect(abort.signal.reason).toBe(reason);
});

test('no attempt starts under a lost claim, and the error is ClaimLost for any abort reason', () => {
  const lost = new AbortController();
  lost.abort('any reason');
  expect(() => throwIfLost(lost.signal)).toThrow(ClaimLost);
  expect(() => throwIfLost(undefined)).not.toThrow();
});

test('a claim that is lost after the attempt does not change its result', async () => {
  const lost = new AbortController();
  expect(await withTimeout(step, Promise.resolve('done'), new AbortController(), lost.signal)).toBe('done');
  lost.abort(new ClaimLost('later'));
});
