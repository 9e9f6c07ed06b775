import type { Decision } from '@crossroads/order-reset';
import { acceptance, dispatchResetStep, rejection } from '@crossroads/order-reset';
import { decideStep, retryWhileMoved } from '@crossroads/saga';
import { httpError } from '../http-error.js';
import type { Reset } from '../resets.js';
import type { DecisionPorts } from './decision.js';
import { sagaReadOf } from './decision.js';

export type Answer = 'accept' | 'reject';

const outcomes = { accept: 'done', reject: 'rejected' } as const;

/**
 * Stores the destination's decision as the final outcome of `dispatch-reset`. The first outcome is final.
 * A repeated decision gets the same result, and wakes the saga again in case the first wake-up was lost.
 * Throws HttpError with 409 if the reset does not wait for a decision, or the opposite decision was made.
 */
export const answerReset = async ({ resets, enqueue, ...ports }: DecisionPorts, first: Reset, answer: Answer, decision: Decision): Promise<Reset> => {
  const readAgain = () => resets.again(first);
  const result = await retryWhileMoved(first, readAgain, (reset) => {
    const read = sagaReadOf(reset);
    return decideStep(ports, read, { name: dispatchResetStep, outcome: outcomes[answer] }, answer === 'accept' ? acceptance(decision) : rejection(decision, read));
  });
  const reset = await readAgain();
  if (!reset.progress.done) enqueue(reset);
  if (result === outcomes[answer]) return reset;
  throw result === 'done' || result === 'rejected' ? alreadyDecided(result === 'done') : notWaiting(reset);
};

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
