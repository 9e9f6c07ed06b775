import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RateCounter } from '@crossroads/saga-bullmq';
import { FixedWindowCounter } from './fixed-window-counter.js';

beforeEach(() => void jest.useFakeTimers({ now: 60_000_000 }));
afterEach(() => void jest.useRealTimers());

/** A shared counter of several processes, which the test can make unavailable. */
const shared = (): RateCounter & { totals: Map<string, number>; isUnavailable: boolean } => {
  const totals = new Map<string, number>();
  return {
    totals,
    isUnavailable: false,
    async add(hits) {
      if (this.isUnavailable) throw new Error('unavailable');
      for (const [key, count] of hits) totals.set(key, (totals.get(key) ?? 0) + count);
      return new Map([...hits.keys()].map((key) => [key, totals.get(key)!]));
    },
    close: async () => {},
  };
};

describe('counting', () => {
  test('is per key and window', async () => {
    const counts = new FixedWindowCounter({ name: 'x', windowMs: 60_000 });
    expect([counts.hit('a'), counts.hit('a'), counts.hit('b')].map(({ totalHits }) => totalHits)).toEqual([1, 2, 1]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(counts.hit('a').totalHits).toBe(1);
  });

  test('includes the hits of another process after the next report', async () => {
    const sharedCounter = shared();
    const [first, second] = [new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: sharedCounter }), new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: sharedCounter })];
    for (let i = 0; i < 10; i++) first.hit('a');
    await jest.advanceTimersByTimeAsync(100);
    expect(second.hit('a').totalHits).toBe(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(second.hit('a').totalHits).toBe(12);
    expect([...sharedCounter.totals.values()]).toEqual([11]);
  });

  test('continues without the shared counter, and reports all hits once the counter is available again', async () => {
    const sharedCounter = shared();
    sharedCounter.isUnavailable = true;
    const counts = new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: sharedCounter });
    for (let i = 1; i <= 10; i++) expect(counts.hit('a').totalHits).toBe(i);
    await jest.advanceTimersByTimeAsync(500);
    sharedCounter.isUnavailable = false;
    await jest.advanceTimersByTimeAsync(1_500);
    expect([...sharedCounter.totals.values()]).toEqual([10]);
    expect(counts.hit('a').totalHits).toBe(11);
  });
});
