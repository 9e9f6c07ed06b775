const shortestMs = 100;
const longestMs = 5_000;

/** A process that lived this long was well; its death is news, not the next act of a crash loop. */
const steadyAfterMs = 10_000;

/** Milliseconds to wait before the next start, given the last wait (0: there was none) and how long the process lived after it. */
export function restartDelay(lastDelayMs: number, livedMs: number): number {
  if (lastDelayMs === 0 || livedMs >= steadyAfterMs) return shortestMs;
  return Math.min(lastDelayMs * 2, longestMs);
}
