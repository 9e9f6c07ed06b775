import { cancelableSteps } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository } from './decision.repository.js';
import type { SagaMetadata } from './saga-document.js';
import type { SagaRead } from './final-outcomes.js';
import { recordOutcome, finalOutcomeIn } from './final-outcomes.js';

/** Who wants it, and why, in a code of their own. */
export interface Cancellation {
  by: string;
  reasonCode: string | null;
}

/**
 * `called-off`: it will end canceled, or has. `cleared`: something has been cleared, so it is too late. `over`: it ended or stopped.
 * `moved`: somebody was at it at this very moment; read it again and try again.
 */
export type CancelResult = 'canceled' | 'cleared' | 'over' | 'moved';

export interface CancelSagaPorts {
  journal: Journal<SagaMetadata>;
  sagas: DecisionRepository;
}

/**
 * Calls a reset off by pronouncing on its first step without a verdict: the first verdict stands, and no ghost of an older claim gets past it.
 * A saga at rest is claimed first, as a worker would, so that its next claim reads the journal even if it never had one.
 * A worker that is at the step meets the verdict when it writes its own, and takes back what it did.
 */
export const cancelSaga = async ({ journal, sagas }: CancelSagaPorts, read: SagaRead, { by, reasonCode }: Cancellation): Promise<CancelResult> => {
  const { saga, entries } = read;
  if (cancelableSteps.some((name) => finalOutcomeIn(entries, name)?.step.outcome === 'canceled')) return 'canceled';
  const step = cancelableSteps.find((name) => !finalOutcomeIn(entries, name));
  if (step === undefined) return 'cleared';
  if (saga.phase === 'ended' || saga.phase === 'stopped' || entries.some(({ step }) => step.outcome === 'rejected' || step.outcome === 'terminated')) return 'over';

  const resting = saga.epoch === saga.settled_epoch;
  const epoch = resting ? await sagas.claim(saga) : saga.epoch;
  if (epoch === undefined) return 'moved';
  const stands = await recordOutcome(journal, read, epoch, {
    step,
    outcome: 'canceled',
    status: 'canceled',
    title: 'Reset canceled',
    code: 'request.canceled',
    message: `Canceled by ${by}${reasonCode === null ? '' : `: ${reasonCode}`}. Nothing was cleared.`,
    extra_data: { canceled_by: by, reason_code: reasonCode },
  });
  if (resting) await sagas.release(saga, epoch);
  if (stands.step.outcome !== 'canceled') return 'moved';
  // The worker that had it may have stopped it before it could see the entry.
  if (!resting) await sagas.goOn(saga);
  return 'canceled';
};
