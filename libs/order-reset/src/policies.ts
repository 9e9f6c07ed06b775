import type { RetryPolicy } from '@crossroads/saga';

/** Our own data: trouble here is short, so a saga comes back soon and gives up after about ten minutes. */
export const ownData: RetryPolicy = { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 };

/** Milliseconds one attempt on our own data may take: longer than the store's own time limits. */
export const ownDataTimeoutMs = 15_000;
