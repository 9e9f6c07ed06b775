/** How often a step is tried and how long it rests between two tries. */
export interface RetryPolicy {
  /** Attempts in all before the saga stops and waits for an operator. */
  attempts: number;
  /** Milliseconds before the second attempt. */
  firstDelayMs: number;
  /** How many times as long each further delay is. */
  growth: number;
  /** Milliseconds no delay of ours exceeds. */
  maxDelayMs: number;
}

/** An hour: what a destination may ask for with Retry-After before we think it a mistake. */
const maxWaitMs = 3_600_000;

/**
 * Milliseconds to rest after failed attempt number `failed` (1 = the first).
 * Half of our own delay is random and goes on top of a wish too: sagas that failed together must not come back together.
 */
export const backoffDelay = (policy: RetryPolicy, failed: number, waitMs?: number, random: () => number = Math.random): number => {
  const half = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.growth ** (failed - 1)) / 2;
  const input = Math.min(waitMs ?? 0, maxWaitMs);
  return Math.round(Math.max(half, input) + half * random());
};
