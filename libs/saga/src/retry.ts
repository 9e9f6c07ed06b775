/** How often a step is tried and how long it rests between two tries. */
export interface RetryPolicy {
  /** Attempts in all before the saga stops and waits for an operator. */
  attempts: number;
  /** Milliseconds before the second attempt; doubles from there. */
  firstDelayMs: number;
  /** Milliseconds no delay of ours exceeds. */
  maxDelayMs: number;
}

/** An hour: what a destination may ask for with Retry-After before we think it a mistake. */
const longestWishMs = 3_600_000;

/**
 * Milliseconds to rest after failed attempt number `failed` (1 = the first).
 * Half of the delay is random: sagas that failed together must not come back together.
 */
export const restAfter = (policy: RetryPolicy, failed: number, wishMs?: number, random: () => number = Math.random): number => {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failed - 1));
  const ours = full / 2 + (full / 2) * random();
  const wish = wishMs !== undefined && wishMs > 0 ? Math.min(wishMs, longestWishMs) : 0;
  return Math.round(Math.max(ours, wish));
};
