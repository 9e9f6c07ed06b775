import type { DispatchPolicy } from '@crossroads/order-reset';
import { orderAfterRejection } from '@crossroads/order-reset';
import type { FinalOutcome } from '@crossroads/store';
import { recordOutcome, stateIn, finalOutcomeIn } from '@crossroads/store';
import { httpError } from '../http-error.js';
import type { Reset } from '../resets.js';
import type { Decision, DecisionPorts } from './decision.js';
import { retryWhileBusy } from './decision.js';

export type Answer = 'accept' | 'reject';

/**
 * Stores the destination's decision as the final outcome of `dispatch-reset`. The first outcome is final.
 * A repeated decision gets the same result, and wakes the saga again in case the first wake-up was lost.
 * Throws HttpError with 409 if the reset does not wait for a decision, or the opposite decision was made.
 */
export const answerReset = ({ resets, sagas, journal, enqueue }: DecisionPorts, first: Reset, answer: Answer, { by, reasonCode }: Decision): Promise<Reset> =>
  retryWhileBusy(
    first,
    resets,
    async (reset) => {
      const { saga, entries } = reset;
      const earlier = finalOutcomeIn(entries, 'dispatch-reset');
      const isWaiting = saga.phase === 'awaiting_approval' && saga.epoch === saga.settled_epoch;
      if (!earlier && reset.progress.done) throw notWaiting(reset);
      if (!earlier && !isWaiting) return undefined;
      const { outcome } = earlier?.step ?? (await recordOutcome(journal, reset, saga.epoch, finalOutcomes[answer](by, reasonCode, policyOf(reset)))).step;
      if (outcome !== outcomes[answer]) throw alreadyDecided(outcome === 'done');
      if (isWaiting) {
        await sagas.wake(saga);
        enqueue(reset);
      }
      return resets.again(reset);
    },
    notWaiting,
  );

const outcomes = { accept: 'done', reject: 'rejected' } as const;

const finalOutcomes: Record<Answer, (by: string, reasonCode: string | null, policy: DispatchPolicy) => FinalOutcome> = {
  accept: (by, reason_code) => {
    const message = `Accepted by ${by}${reason_code === null ? '' : `: ${reason_code}`}.`;
    return {
      step: 'dispatch-reset',
      outcome: 'done',
      status: 'synced',
      title: 'Reset accepted by the destination',
      message,
      output: { reply: { http_status: 202, message } },
      extra_data: { accepted_by: by, reason_code },
    };
  },
  reject: (by, reason_code, policy) => ({
    step: 'dispatch-reset',
    outcome: 'rejected',
    status: 'rejected',
    title: 'Reset rejected by the destination',
    code: 'destination.rejected',
    message: `Rejected by ${by}${reason_code === null ? '' : `: ${reason_code}`}. ${orderAfterRejection(policy)}`,
    extra_data: { rejected_by: by, reason_code },
  }),
};

/** Returns the policy of the destination at the time when the reset started. */
const policyOf = ({ saga, entries }: Reset): DispatchPolicy => (stateIn(saga.request, entries) as { policy?: DispatchPolicy }).policy ?? { on_rejection: 'restore' };

const notWaiting = ({ progress }: Reset) =>
  httpError(
    409,
    `The reset does not wait for your decision; its status is ${progress.status}. ${progress.done ? 'It has finished, so there is nothing to decide.' : 'You can accept or reject it while its status is requested.'}`,
  );

const alreadyDecided = (isAccepted: boolean) =>
  httpError(
    409,
    isAccepted
      ? 'The reset has already been accepted, so it can no longer be rejected. Change the order in your system, or ask the sender for another reset.'
      : 'The reset has already been rejected, so it can no longer be accepted. Ask the sender for another reset.',
  );
