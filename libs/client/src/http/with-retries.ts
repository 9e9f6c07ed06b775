import { CrossroadsError } from '../errors.js';
import { pause } from './pause.js';

export interface RetryPolicy {
  /** How often a call that failed is made again, at most. */
  retries: number;
  /** Milliseconds before the first repeat; twice as long before each further one. */
  firstPauseMs: number;
  /** Milliseconds no pause is longer than. A service that asks for more is left alone: the call fails and says how long. */
  longestPauseMs: number;
}

export const defaultPolicy: RetryPolicy = { retries: 3, firstPauseMs: 250, longestPauseMs: 20_000 };

/** Makes the call again where that is harmless and may help. Only for calls that may be made twice. */
export const withRetries = async <T>(call: () => Promise<T>, policy: RetryPolicy, signal?: AbortSignal): Promise<T> => {
  for (let failed = 0; ; failed++) {
    try {
      return await call();
    } catch (error) {
      const restMs = error instanceof CrossroadsError && error.retryable ? backoffDelay(error, failed, policy) : undefined;
      if (restMs === undefined || failed >= policy.retries || restMs > policy.longestPauseMs) throw error;
      await pause(restMs, signal);
    }
  }
};

/** Never earlier than the service asks, and never all at the same moment. */
export const backoffDelay = ({ retryAfterMs }: CrossroadsError, failed: number, { firstPauseMs, longestPauseMs }: RetryPolicy): number => {
  const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** failed);
  return retryAfterMs === undefined ? backoff * (0.5 + Math.random() / 2) : retryAfterMs + Math.random() * Math.min(backoff, 0.25 * retryAfterMs + 100);
};
