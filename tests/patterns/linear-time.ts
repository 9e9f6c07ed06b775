import type { NearMiss } from './near-misses.js';
import { nearMisses } from './near-misses.js';

/** Lengths of the tested texts. The first two already take seconds with an exponential pattern, the middle ones with a cubic or quadratic pattern. */
const lengths = [20, 26, 400, 1_600, 6_400, 12_800, 102_400];

/** Milliseconds that a text of 100 kB may take. */
const budgetMs = 50;

/** A text of double length takes about twice as long in linear time, and four times as long in quadratic time. */
const maxGrowth = 3;

const textOf = ({ before, repeated, after }: NearMiss, length: number): string => before + repeated.repeat(Math.ceil(length / repeated.length)).slice(0, length) + after;

/** Runs the pattern over the whole text. */
const run = (pattern: RegExp, text: string): void => {
  pattern.lastIndex = 0;
  if (pattern.global) text.replace(pattern, '');
  else pattern.exec(text);
};

/** Returns the shortest of three durations, because another process may interrupt one of them. */
const durationMs = (pattern: RegExp, text: string): number => {
  let shortest = Infinity;
  for (let round = 0; round < 3 && (round === 0 || shortest > budgetMs / 2); round++) {
    const startedAt = performance.now();
    run(pattern, text);
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
};

/**
 * Returns the first near-miss for which the pattern takes more than linear time; undefined if there is none.
 * A slow machine does not matter: above the budget, the growth of the duration decides.
 */
export const slowNearMiss = (pattern: RegExp): NearMiss | undefined =>
  nearMisses(pattern).find((nearMiss) => {
    const slowAt = lengths.find((length) => durationMs(pattern, textOf(nearMiss, length)) > budgetMs);
    if (slowAt === undefined) return false;
    return durationMs(pattern, textOf(nearMiss, slowAt)) / durationMs(pattern, textOf(nearMiss, Math.ceil(slowAt / 2))) > maxGrowth;
  });
