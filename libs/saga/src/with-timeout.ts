import { ClaimLost, RetryableError } from './errors.js';
import type { Step } from './step.js';

/**
 * Waits for an attempt until its step's timeout, or until its claim is lost. Throws RetryableError after the timeout and ClaimLost after the loss.
 * Both abort the signal, and do not wait for the attempt to react.
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

/** Throws ClaimLost when the signal is aborted: no attempt may start under a lost claim. */
export const throwIfLost = (lost: AbortSignal | undefined): void => {
  if (lost?.aborted) throw claimLost(lost);
};

const claimLost = ({ reason }: AbortSignal): ClaimLost => (reason instanceof ClaimLost ? reason : new ClaimLost('the claim was lost', { cause: reason }));

export const timeoutError = ({ name, timeoutMs }: Pick<Step, 'name' | 'timeoutMs'>): RetryableError =>
  new RetryableError('step.timed_out', `${name} took longer than ${timeoutMs} ms.`);
