import { ClaimLost, RetryableError } from './errors.js';
import type { Step } from './step.js';

/**
 * Runs one attempt of a step. Aborts its signal and throws StepUnavailable when the step's time is up, and ClaimLost when the claim is lost;
 * both at once, whether the step listens or not.
 */
export type WithTimeout = <T>(step: Pick<Step, 'name' | 'timeoutMs'>, attempt: (signal: AbortSignal) => Promise<T>, lost?: AbortSignal) => Promise<T>;

export const withTimeout: WithTimeout = async ({ name, timeoutMs }, attempt, lost) => {
  if (lost?.aborted) throw claimLost(lost);
  const abort = new AbortController();
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
    return await Promise.race([attempt(abort.signal), ended]);
  } finally {
    clearTimeout(timer);
    lost?.removeEventListener('abort', onLost);
  }
};

const claimLost = ({ reason }: AbortSignal): ClaimLost => (reason instanceof ClaimLost ? reason : new ClaimLost('the claim was lost', { cause: reason }));

export const timeoutError = ({ name, timeoutMs }: Pick<Step, 'name' | 'timeoutMs'>): RetryableError =>
  new RetryableError('step.timed_out', `${name} took longer than ${timeoutMs} ms.`);
