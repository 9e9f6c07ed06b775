import type { Metrics } from './metrics.js';

/** The part of a repository that accepts sagas. `accept` resolves to false for a saga that had been accepted before. */
export interface Accepting {
  accept(saga: { type: string }): Promise<boolean>;
}

/** Returns a function that counts the sagas that a repository accepts: resets of the intake, recoveries of the operator pages. */
export const submittedCounter = (metrics: Metrics) => {
  const submitted = metrics.counter({
    name: 'crossroads_sagas_submitted_total',
    help: 'Accepted sagas: resets of the intake, recoveries of the operator pages. Repeated requests are not counted.',
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
