import type { Spread } from './rounds.js';

/** Bound for the median of a figure or a ratio. */
export type Target = { atLeast: number } | { atMost: number };

/** Targets by the key of their figure in JSON. docs/performance.md lists the same. */
export const targets: Readonly<Record<string, Target>> = {
  'product.flat_out.cpu_ms': { atMost: 4 },
  'product.flat_out.per_s': { atLeast: 400 },
  'product.at_50.cpu_ms': { atMost: 10 },
  'product.at_50.ended_p50_ms': { atMost: 40 },
  'product.at_50.outcome_p50_ms': { atMost: 50 },
  'product.at_50.outcome_p95_ms': { atMost: 120 },
  'product.at_5.ended_p50_ms': { atMost: 30 },
  'product.at_5.outcome_p50_ms': { atMost: 40 },
  'product.at_200.outcome_p95_ms': { atMost: 500 },
  'product.flat_out.stored_bytes': { atMost: 7_000 },
  'product.idle.cpu_ms': { atMost: 10 },
  'drain.cpu_ms_per_saga': { atMost: 1.9 },
  'drain.ratio_plain_job': { atLeast: 2.2 },
  'drain.ratio_minimum': { atLeast: 0.5 },
  'drain.ratio_baseline_batched': { atLeast: 0.75 },
  'intake.ratio_bare_express': { atLeast: 0.4 },
};

/** Formats a target as in the table. */
export const textOf = (target: Target): string => ('atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost.toLocaleString('en')}`);

export const isMet = (target: Target, value: number): boolean => ('atLeast' in target ? value >= target.atLeast : value <= target.atMost);

export interface JudgedSpread extends Spread {
  target?: string;
  is_met?: boolean;
}

/** Adds target and result to each figure that has a target. */
export const judged = (spreads: Record<string, Spread>): Record<string, JudgedSpread> =>
  Object.fromEntries(
    Object.entries(spreads).map(([key, spread]) => {
      const target = targets[key];
      return [key, target ? { ...spread, target: textOf(target), is_met: isMet(target, spread.median) } : spread];
    }),
  );
