import type { Metrics } from '@crossroads/platform';
import { httpDurations, submittedCounter } from '@crossroads/platform';

/** Declares the metrics of the intake. */
export const intakeMetrics = (metrics: Metrics) => ({ timed: httpDurations(metrics), submitted: submittedCounter(metrics) });

export type IntakeMetrics = ReturnType<typeof intakeMetrics>;
