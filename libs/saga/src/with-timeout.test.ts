import { expect, test } from '@jest/globals';
import { ClaimLost } from './errors.js';
import { withTimeout } from './with-timeout.js';

const step = { name: 'one', timeoutMs: 60_000 };

/** An attempt that never ends and listens to nothing. */
const hang = (seen: (signal: AbortSignal) => void) => (signal: AbortSignal) => {
  seen(signal);
  return new Promise<never>(() => undefined);
};

test('an attempt ends when its claim is lost, with the reason, and its signal says so', async () => {
  const lost = new AbortController();
  let signal: AbortSignal | undefined;
  const attempt = withTimeout(step, hang((given) => (signal = given)), lost.signal);
  const reason = new ClaimLost('a newer claim was made');
  lost.abort(reason);
  await expect(attempt).rejects.toBe(reason);
  expect(signal!.reason).toBe(reason);
});

test('no attempt begins under a claim that is lost already, and whatever the reason it is ClaimLost', async () => {
  const lost = new AbortController();
  lost.abort('any reason');
  let begun = false;
  await expect(withTimeout(step, hang(() => (begun = true)), lost.signal)).rejects.toThrow(ClaimLost);
  expect(begun).toBe(false);
});

test('a claim that is lost after an attempt changes nothing of it', async () => {
  const lost = new AbortController();
  expect(await withTimeout(step, async () => 'done', lost.signal)).toBe('done');
  lost.abort(new ClaimLost('later'));
});
