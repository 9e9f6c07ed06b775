/** How much is measured. */
export interface Plan {
  rounds: number;
  /** Many and short: the machine's own pace changes within seconds, and a ratio is taken between neighbours. */
  intakeRounds: number;
  /** Sagas of a round; the slow floors get by with fewer, since a rate is what counts. */
  drain: number;
  slowBaselines: number;
  /** Sagas of the one long drain; 0 for none. */
  longDrain: number;
  /** Seconds of each load on the intake, and of each on the whole. */
  seconds: number;
  endToEndSeconds: number;
  /** Milliseconds for the rounds of each part; on a busy machine there are fewer rounds. */
  budgetMs: { intake: number; e2e: number; drain: number };
}

export const fullPlan: Plan = { rounds: 3, intakeRounds: 6, drain: 2_000, slowBaselines: 600, longDrain: 20_000, seconds: 1.2, endToEndSeconds: 5, budgetMs: { intake: 34_000, e2e: 45_000, drain: 80_000 } };

export const quickPlan: Plan = { rounds: 2, intakeRounds: 2, drain: 500, slowBaselines: 200, longDrain: 0, seconds: 1, endToEndSeconds: 2, budgetMs: { intake: 7_000, e2e: 12_000, drain: 10_000 } };
