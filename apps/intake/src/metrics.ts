import type { Metrics } from '@crossroads/runtime';
import { httpDurations, submittedCounter } from '@crossroads/runtime';

/** What the intake counts. */
export const intakeMetrics = (metrics: Metrics) => ({ timed: httpDurations(metrics), submitted: submittedCounter(metrics) });

export type IntakeMetrics = ReturnType<typeof intakeMetrics>;
