import type { ResetFixture } from '@crossroads/testkit/memory';
import { runSchedule } from './schedule.js';
import { violationsIn } from './violations.js';

export interface ExploreOptions {
  /** Seed of the first schedule. Each next schedule uses the next seed. */
  from: number;
  /** Limits of the run: schedules, and milliseconds. */
  schedules: number;
  forMs: number;
  removeSafeguard?: (fixture: ResetFixture) => void;
}

export interface Explored {
  schedules: number;
  /** Number of different paths, that is, sequences of actors and their commands. */
  distinct: number;
  durationMs: number;
  found?: { seed: number; violations: string[] };
}

/** Runs schedules until one violates an invariant or a limit is reached. */
export const explore = async ({ from, schedules, forMs, removeSafeguard }: ExploreOptions): Promise<Explored> => {
  const began = performance.now();
  const paths = new Set<string>();
  let run = 0;
  for (; run < schedules && performance.now() - began < forMs; run++) {
    const played = await runSchedule(from + run, { removeSafeguard });
    paths.add(played.path);
    const violations = violationsIn(played);
    if (violations.length > 0) return { schedules: run + 1, distinct: paths.size, durationMs: performance.now() - began, found: { seed: from + run, violations } };
  }
  return { schedules: run, distinct: paths.size, durationMs: performance.now() - began };
};
