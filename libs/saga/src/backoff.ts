/** How often a step is attempted, and the delays between attempts. */
export interface RetryPolicy {
  /** Number of attempts. After the last one the saga stops for an operator. */
  attempts: number;
  /** Milliseconds before the second attempt. */
  firstDelayMs: number;
  /** Factor by which each further delay grows. */
  growth: number;
  /** The longest delay in milliseconds. A delay that the destination requested may be longer. */
  maxDelayMs: number;
}

/** Milliseconds of the longest delay that a destination may request with Retry-After. A longer one is taken for a mistake. */
const maxRequestedMs = 3_600_000;

/**
 * Returns the milliseconds until the attempt after `failures` failed ones. Half of the policy's delay is random, and is also added to a requested delay.
 * Without it, all sagas that failed together would retry together.
 */
export const backoffDelay = (policy: RetryPolicy, failures: number, requestedMs?: number, random: () => number = Math.random): number => {
  const half = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.growth ** (failures - 1)) / 2;
  const requested = Math.min(requestedMs ?? 0, maxRequestedMs);
  return Math.round(Math.max(half, requested) + half * random());
};
