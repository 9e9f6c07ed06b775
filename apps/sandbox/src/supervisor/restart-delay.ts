const shortestMs = 100;
const longestMs = 5_000;

/** After this many milliseconds a process counts as healthy, and the next restart is fast again. */
const steadyAfterMs = 10_000;

/** Returns the milliseconds before the next start, from the last delay (0: none) and the lifetime of the process since. */
export function restartDelay(lastDelayMs: number, livedMs: number): number {
  if (lastDelayMs === 0 || livedMs >= steadyAfterMs) return shortestMs;
  return Math.min(lastDelayMs * 2, longestMs);
}
