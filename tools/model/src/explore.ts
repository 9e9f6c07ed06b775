import type { ResetWorld } from '@crossroads/testkit/memory';
import { runSchedule } from './schedule.js';
import { violationsIn } from './violations.js';

export interface Wish {
  /** Seed of the first schedule; each next one has the next. */
  from: number;
  /** Ends after as many schedules, or as many milliseconds. */
  schedules: number;
  forMs: number;
  spoil?: (world: ResetWorld) => void;
}

export interface Explored {
  schedules: number;
  /** Of the schedules, those in which who did what in which order was like in no other. */
  distinct: number;
  tookMs: number;
  found?: { seed: number; violations: string[] };
}

/** Runs one schedule after the other until one violates something, or enough were run. */
export const explore = async ({ from, schedules, forMs, spoil }: Wish): Promise<Explored> => {
  const began = performance.now();
  const paths = new Set<string>();
  let run = 0;
  for (; run < schedules && performance.now() - began < forMs; run++) {
    const played = await runSchedule(from + run, { spoil });
    paths.add(played.path);
    const violations = violationsIn(played);
    if (violations.length > 0) return { schedules: run + 1, distinct: paths.size, tookMs: performance.now() - began, found: { seed: from + run, violations } };
  }
  return { schedules: run, distinct: paths.size, tookMs: performance.now() - began };
};
