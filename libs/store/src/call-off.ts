import { cancelableSteps } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository } from './decision.repository.js';
import type { SagaFacts } from './saga-document.js';
import type { SagaRead } from './verdicts.js';
import { pronounce, verdictIn } from './verdicts.js';

/** Who wants it, and why, in a code of their own. */
export interface CallingOff {
  by: string;
  reasonCode: string | null;
}

/**
 * `called-off`: it will end canceled, or has. `cleared`: something has been cleared, so it is too late. `over`: it ended or stopped.
 * `moved`: somebody was at it at this very moment; read it again and try again.
 */
export type CalledOff = 'called-off' | 'cleared' | 'over' | 'moved';

export interface CallOffPorts {
  journal: Journal<SagaFacts>;
  sagas: DecisionRepository;
}

/**
 * Calls a reset off by pronouncing on its first step without a verdict: the first verdict stands, and no ghost of an older claim gets past it.
 * A saga at rest is claimed first, as a worker would, so that its next claim reads the journal even if it never had one.
 * A worker that is at the step meets the verdict when it writes its own, and takes back what it did.
 */
export const callOff = async ({ journal, sagas }: CallOffPorts, read: SagaRead, { by, reasonCode }: CallingOff): Promise<CalledOff> => {
  const { saga, entries } = read;
  if (cancelableSteps.some((name) => verdictIn(entries, name)?.step.outcome === 'called-off')) return 'called-off';
  const step = cancelableSteps.find((name) => !verdictIn(entries, name));
  if (step === undefined) return 'cleared';
  if (saga.phase === 'ended' || saga.phase === 'stopped' || entries.some(({ step }) => step.outcome === 'refused' || step.outcome === 'terminated')) return 'over';

  const resting = saga.epoch === saga.settled_epoch;
  const epoch = resting ? await sagas.claim(saga) : saga.epoch;
  if (epoch === undefined) return 'moved';
  const stands = await pronounce(journal, read, epoch, {
    step,
    outcome: 'called-off',
    status: 'canceled',
    title: 'Reset canceled',
    code: 'request.canceled',
    message: `Canceled by ${by}${reasonCode === null ? '' : `: ${reasonCode}`}. Nothing was cleared.`,
    extra_data: { canceled_by: by, reason_code: reasonCode },
  });
  if (resting) await sagas.giveBack(saga, epoch);
  if (stands.step.outcome !== 'called-off') return 'moved';
  // The worker that had it may have stopped it before it could see the entry.
  if (!resting) await sagas.goOn(saga);
  return 'called-off';
};
