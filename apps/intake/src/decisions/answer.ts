import type { DispatchPolicy } from '@crossroads/order-reset';
import { orderAfterRejection } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaMetadata, FinalOutcome } from '@crossroads/store';
import { recordOutcome, stateIn, finalOutcomeIn } from '@crossroads/store';
import { httpError } from '../http-error.js';
import type { Reset, Resets } from '../resets.js';
import type { Decision } from './decision.js';
import { retryFor } from './retry-for.js';

export type Answer = 'accept' | 'reject';

export interface AnswerPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaMetadata>;
  enqueue(reset: Reset): void;
}

/**
 * The destination's word on a reset that waits for it, written as the verdict on `dispatch-reset`: the first verdict stands.
 * Saying it again is answered alike, and wakes the saga in case it was not heard the first time.
 * Throws Refused with 409 where the reset does not wait, or the other answer stands.
 */
export const answerReset = ({ resets, sagas, journal, enqueue }: AnswerPorts, first: Reset, answer: Answer, { by, reasonCode }: Decision): Promise<Reset> =>
  retryFor(
    first,
    resets,
    async (reset) => {
      const { saga, entries } = reset;
      const earlier = finalOutcomeIn(entries, 'dispatch-reset');
      const resting = saga.phase === 'awaiting_approval' && saga.epoch === saga.settled_epoch;
      if (!earlier && reset.progress.done) throw waitsNot(reset);
      if (!earlier && !resting) return undefined;
      const stands = earlier?.step ?? (await recordOutcome(journal, reset, saga.epoch, finalOutcomes[answer](by, reasonCode, policyOf(reset)))).step;
      if (stands.outcome !== outcomes[answer]) throw otherwise(stands.outcome === 'done');
      if (resting) {
        await sagas.wake(saga);
        enqueue(reset);
      }
      return resets.again(reset);
    },
    waitsNot,
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

/** What was agreed with the destination when the reset began. */
const policyOf = ({ saga, entries }: Reset): DispatchPolicy => (stateIn(saga.request, entries) as { policy?: DispatchPolicy }).policy ?? { on_rejection: 'restore' };

const waitsNot = ({ progress }: Reset) =>
  httpError(
    409,
    `The reset does not wait for your answer; its status is ${progress.status}. ${progress.done ? 'Nothing is left to decide.' : 'It can be answered once its status is requested.'}`,
  );

const otherwise = (taken: boolean) =>
  httpError(
    409,
    taken
      ? 'The reset has been accepted already, so it can no longer be rejected. Change the order on your side, or ask its sender for another reset.'
      : 'The reset has been rejected already, so it can no longer be accepted. Ask its sender for another reset.',
  );
