import type { RetryPolicy } from '@crossroads/saga';

/** Retries of steps that use only MongoDB: an outage is usually short, so the first delays are short. The saga stops after about ten minutes. */
export const databaseRetry: RetryPolicy = { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 };

/** Milliseconds per attempt of such a step: longer than the store's own time limits. */
export const databaseTimeoutMs = 15_000;

/** Retries of the dispatch: eight attempts within a day, so that a destination that is down overnight is reached in the morning. */
export const dispatchRetryDefault: RetryPolicy = { attempts: 8, firstDelayMs: 30_000, growth: 4, maxDelayMs: 12 * 3_600_000 };

/** Milliseconds per attempt of the dispatch. */
export const dispatchTimeoutMs = 20_000;

/** Milliseconds the destination has to approve or reject a reset. Then the saga stops for an operator. */
export const approvalTimeoutMs = 7 * 24 * 3_600_000;
