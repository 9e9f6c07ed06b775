import type { DispatchTerms } from '@crossroads/order-reset';
import { orderAfterRefusal } from '@crossroads/order-reset';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaFacts, Verdict } from '@crossroads/store';
import { pronounce, stateIn, verdictIn } from '@crossroads/store';
import { refused } from '../refused.js';
import type { Reset, Resets } from '../resets.js';
import type { Decision } from './decision.js';
import { shortly } from './shortly.js';

export type Answer = 'accept' | 'reject';

export interface AnswerPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaFacts>;
  ring(reset: Reset): void;
}

/**
 * The destination's word on a reset that waits for it, written as the verdict on `dispatch-reset`: the first verdict stands.
 * Saying it again is answered alike, and wakes the saga in case it was not heard the first time.
 * Throws Refused with 409 where the reset does not wait, or the other answer stands.
 */
export const answerReset = ({ resets, sagas, journal, ring }: AnswerPorts, first: Reset, answer: Answer, { by, reasonCode }: Decision): Promise<Reset> =>
  shortly(
    first,
    resets,
    async (reset) => {
      const { saga, entries } = reset;
      const earlier = verdictIn(entries, 'dispatch-reset');
      const resting = saga.phase === 'parked' && saga.epoch === saga.settled_epoch;
      if (!earlier && reset.progress.done) throw waitsNot(reset);
      if (!earlier && !resting) return undefined;
      const stands = earlier?.step ?? (await pronounce(journal, reset, saga.epoch, verdicts[answer](by, reasonCode, termsOf(reset)))).step;
      if (stands.outcome !== outcomes[answer]) throw otherwise(stands.outcome === 'done');
      if (resting) {
        await sagas.wake(saga);
        ring(reset);
      }
      return resets.again(reset);
    },
    waitsNot,
  );

const outcomes = { accept: 'done', reject: 'refused' } as const;

const verdicts: Record<Answer, (by: string, reasonCode: string | null, terms: DispatchTerms) => Verdict> = {
  accept: (by, reason_code) => {
    const message = `Accepted by ${by}${reason_code === null ? '' : `: ${reason_code}`}.`;
    return {
      step: 'dispatch-reset',
      outcome: 'done',
      status: 'synced',
      title: 'Reset accepted by the destination',
      message,
      adds: { reply: { http_status: 202, message } },
      extra_data: { accepted_by: by, reason_code },
    };
  },
  reject: (by, reason_code, terms) => ({
    step: 'dispatch-reset',
    outcome: 'refused',
    status: 'rejected',
    title: 'Reset rejected by the destination',
    code: 'destination.rejected',
    message: `Rejected by ${by}${reason_code === null ? '' : `: ${reason_code}`}. ${orderAfterRefusal(terms)}`,
    extra_data: { rejected_by: by, reason_code },
  }),
};

/** What was agreed with the destination when the reset began. */
const termsOf = ({ saga, entries }: Reset): DispatchTerms => (stateIn(saga.request, entries) as { terms?: DispatchTerms }).terms ?? { on_refusal: 'restore' };

const waitsNot = ({ progress }: Reset) =>
  refused(
    409,
    `The reset does not wait for your answer; its status is ${progress.status}. ${progress.done ? 'Nothing is left to decide.' : 'It can be answered once its status is requested.'}`,
  );

const otherwise = (taken: boolean) =>
  refused(
    409,
    taken
      ? 'The reset has been accepted already, so it can no longer be rejected. Change the order on your side, or ask its sender for another reset.'
      : 'The reset has been rejected already, so it can no longer be accepted. Ask its sender for another reset.',
  );
