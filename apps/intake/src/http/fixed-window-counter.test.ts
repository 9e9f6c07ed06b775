import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RateCounter } from '@crossroads/saga-bullmq';
import { FixedWindowCounter } from './fixed-window-counter.js';

beforeEach(() => void jest.useFakeTimers({ now: 60_000_000 }));
afterEach(() => void jest.useRealTimers());

/** What several processes share, and whether it answers. */
const shared = (): RateCounter & { totals: Map<string, number>; away: boolean } => {
  const totals = new Map<string, number>();
  return {
    totals,
    away: false,
    async add(hits) {
      if (this.away) throw new Error('away');
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

  test('of two processes comes together a moment later', async () => {
    const between = shared();
    const [one, other] = [new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: between }), new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: between })];
    for (let i = 0; i < 10; i++) one.hit('a');
    await jest.advanceTimersByTimeAsync(100);
    expect(other.hit('a').totalHits).toBe(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(other.hit('a').totalHits).toBe(12);
    expect([...between.totals.values()]).toEqual([11]);
  });

  test('goes on alone while the others are away, and is told in full once they are back', async () => {
    const between = shared();
    between.away = true;
    const counts = new FixedWindowCounter({ name: 'x', windowMs: 60_000, shared: between });
    for (let i = 1; i <= 10; i++) expect(counts.hit('a').totalHits).toBe(i);
    await jest.advanceTimersByTimeAsync(500);
    between.away = false;
    await jest.advanceTimersByTimeAsync(1_500);
    expect([...between.totals.values()]).toEqual([10]);
    expect(counts.hit('a').totalHits).toBe(11);
  });
});
