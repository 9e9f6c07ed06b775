import type { Decision } from '@crossroads/order-reset';
import { cancelableSteps, cancellation } from '@crossroads/order-reset';
import { cancelSaga, retryWhileMoved } from '@crossroads/saga';
import { httpError } from '../http-error.js';
import type { Reset } from '../resets.js';
import type { DecisionPorts } from './decision.js';
import { sagaReadOf } from './decision.js';

/** Cancels a reset before any data is cleared. Throws HttpError with 409 if it is too late; the text has the reason and the next step. */
export const cancelReset = async ({ resets, enqueue, ...ports }: DecisionPorts, first: Reset, decision: Decision): Promise<Reset> => {
  const readAgain = () => resets.again(first);
  const result = await retryWhileMoved(first, readAgain, (reset) => cancelSaga(ports, sagaReadOf(reset), cancelableSteps, cancellation(decision)));
  if (result === 'moved') throw busy();
  if (result === 'too-late') throw alreadyCleared();
  const reset = await readAgain();
  if (result === 'over') throw alreadyFinished(reset);
  if (!reset.progress.done) enqueue(reset);
  return reset;
};

const busy = () =>
  httpError(409, 'The reset is being processed at this moment, so it could not be canceled. Send the request again after the seconds in Retry-After.', { 'Retry-After': '1' });

const alreadyCleared = () =>
  httpError(
    409,
    'The BOLs and executed drops have already been cleared, so the reset can no longer be canceled. Wait until it has finished; then an operator can restore them from the audit log.',
  );

const alreadyFinished = ({ saga, progress }: Reset) =>
  saga.phase === 'stopped'
    ? httpError(409, `The reset has stopped at ${progress.step}, so it can no longer be canceled. Ask an operator to resume it.`)
    : httpError(409, `The reset has already finished with status ${progress.status}. ${progress.message ?? ''}`.trim());
