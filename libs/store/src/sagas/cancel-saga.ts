import { cancelableSteps } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository } from './decision.repository.js';
import type { SagaMetadata } from './saga-document.js';
import type { SagaRead } from './final-outcomes.js';
import { recordOutcome, finalOutcomeIn } from './final-outcomes.js';

/** Who cancels, and their reason code. */
export interface Cancellation {
  by: string;
  reasonCode: string | null;
}

/**
 * The result of a cancellation:
 * - `canceled`: the reset has ended as canceled, or will.
 * - `cleared`: too late, something has been cleared.
 * - `over`: the saga ended or stopped.
 * - `moved`: another process changed the saga at the same moment. Read the saga again and retry.
 */
export type CancelResult = 'canceled' | 'cleared' | 'over' | 'moved';

export interface CancelSagaPorts {
  journal: Journal<SagaMetadata>;
  sagas: DecisionRepository;
}

/**
 * Cancels a reset by recording the final outcome of its first open step. The first final outcome of a step is valid, so no zombie worker gets past it.
 * An idle saga is claimed first, as a worker would. Without that claim, the first worker would skip reading the journal of a new saga.
 * A worker that is running the step finds the outcome when it writes its own, and compensates.
 */
export const cancelSaga = async ({ journal, sagas }: CancelSagaPorts, read: SagaRead, { by, reasonCode }: Cancellation): Promise<CancelResult> => {
  const { saga, entries } = read;
  if (cancelableSteps.some((name) => finalOutcomeIn(entries, name)?.step.outcome === 'canceled')) return 'canceled';
  const step = cancelableSteps.find((name) => !finalOutcomeIn(entries, name));
  if (step === undefined) return 'cleared';
  if (saga.phase === 'ended' || saga.phase === 'stopped' || entries.some(({ step }) => step.outcome === 'rejected' || step.outcome === 'terminated')) return 'over';

  const idle = saga.epoch === saga.settled_epoch;
  const epoch = idle ? await sagas.claim(saga) : saga.epoch;
  if (epoch === undefined) return 'moved';
  const valid = await recordOutcome(journal, read, epoch, {
    step,
    outcome: 'canceled',
    status: 'canceled',
    title: 'Reset canceled',
    code: 'request.canceled',
    message: `Canceled by ${by}${reasonCode === null ? '' : `: ${reasonCode}`}. Nothing was cleared.`,
    extra_data: { canceled_by: by, reason_code: reasonCode },
  });
  if (idle) await sagas.release(saga, epoch);
  if (valid.step.outcome !== 'canceled') return 'moved';
  // The worker may have stopped the saga before it could read the entry.
  if (!idle) await sagas.continueStopped(saga);
  return 'canceled';
};
