import { describe, expect, it } from '@jest/globals';
import { restartDelay } from './service-process.js';

describe('the delay before a restart', () => {
  it('is short the first time', () => {
    expect(restartDelay(0, 0)).toBe(100);
  });

  it('doubles for a process that keeps dying, up to five seconds', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7].reduce<number[]>((all) => [...all, restartDelay(all.at(-1) ?? 0, 5)], []);
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('is short again after the process has run for ten seconds', () => {
    expect(restartDelay(5000, 10_000)).toBe(100);
  });
});
