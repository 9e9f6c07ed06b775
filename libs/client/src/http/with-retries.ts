import { CrossroadsError } from '../errors.js';
import { pause } from './pause.js';

export interface RetryPolicy {
  /** Maximum number of retries after a failed call. */
  retries: number;
  /** Milliseconds before the first retry. Each further delay is twice as long. */
  firstPauseMs: number;
  /** Maximum delay, in milliseconds. If the service requests a longer one, the call fails, and the error has `retryAfterMs`. */
  longestPauseMs: number;
}

export const defaultPolicy: RetryPolicy = { retries: 3, firstPauseMs: 250, longestPauseMs: 20_000 };

/** Retries a call after retryable errors. `call` must be safe to repeat. */
export const withRetries = async <T>(call: () => Promise<T>, policy: RetryPolicy, signal?: AbortSignal): Promise<T> => {
  for (let failed = 0; ; failed++) {
    try {
      return await call();
    } catch (error) {
      const delayMs = error instanceof CrossroadsError && error.retryable ? backoffDelay(error, failed, policy) : undefined;
      if (delayMs === undefined || failed >= policy.retries || delayMs > policy.longestPauseMs) throw error;
      await pause(delayMs, signal);
    }
  }
};

/** Returns the delay before the next attempt, in milliseconds: never below the service's Retry-After, and with jitter so that clients do not retry together. */
export const backoffDelay = ({ retryAfterMs }: CrossroadsError, failed: number, { firstPauseMs, longestPauseMs }: RetryPolicy): number => {
  const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** failed);
  return retryAfterMs === undefined ? backoff * (0.5 + Math.random() / 2) : retryAfterMs + Math.random() * Math.min(backoff, 0.25 * retryAfterMs + 100);
};
