import { ClaimLost, RetryableError } from './errors.js';
import type { Step } from './step.js';

/**
 * Waits for an attempt, but no longer than its step may take and its claim holds. Throws RetryableError when the time is up and ClaimLost when the claim is lost,
 * whether the attempt reacts to its signal or not. Both abort the signal.
 */
export type WithTimeout = <T>(step: Pick<Step, 'name' | 'timeoutMs'>, attempt: Promise<T>, abort: AbortController, lost?: AbortSignal) => Promise<T>;

export const withTimeout: WithTimeout = async ({ name, timeoutMs }, attempt, abort, lost) => {
  let end: (reason: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      abort.abort(reason);
      reject(reason);
    };
  });
  const timer = setTimeout(() => end(timeoutError({ name, timeoutMs })), timeoutMs);
  timer.unref();
  const onLost = (): void => end(claimLost(lost!));
  lost?.addEventListener('abort', onLost);
  try {
    return await Promise.race([attempt, ended]);
  } finally {
    clearTimeout(timer);
    lost?.removeEventListener('abort', onLost);
  }
};

/** Throws ClaimLost when the signal is aborted: no attempt begins under a lost claim. */
export const throwIfLost = (lost: AbortSignal | undefined): void => {
  if (lost?.aborted) throw claimLost(lost);
};

const claimLost = ({ reason }: AbortSignal): ClaimLost => (reason instanceof ClaimLost ? reason : new ClaimLost('the claim was lost', { cause: reason }));

export const timeoutError = ({ name, timeoutMs }: Pick<Step, 'name' | 'timeoutMs'>): RetryableError =>
  new RetryableError('step.timed_out', `${name} took longer than ${timeoutMs} ms.`);
