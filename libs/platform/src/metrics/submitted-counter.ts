import type { Metrics } from './metrics.js';

/** The part of a repository that accepts sagas. Answers false when the saga had been accepted before. */
export interface Accepting {
  accept(saga: { type: string }): Promise<boolean>;
}

/** Counts what a repository accepts: resets at the intake, recoveries on the operators' pages. */
export const submittedCounter = (metrics: Metrics) => {
  const submitted = metrics.counter({
    name: 'crossroads_sagas_submitted_total',
    help: 'Sagas accepted: resets by the intake, recoveries by the operators’ pages. Repeats of a request are not among them.',
    labels: ['type'],
  });
  return <Port extends Accepting>(port: Port): Port => ({
    ...port,
    async accept(saga: { type: string }) {
      const accepted = await port.accept(saga);
      if (accepted) submitted.inc({ type: saga.type });
      return accepted;
    },
  });
};
