import { cancelSaga } from '@crossroads/store';
import { httpError } from '../http-error.js';
import type { Reset } from '../resets.js';
import type { Decision, DecisionPorts } from './decision.js';
import { retryWhileBusy } from './decision.js';

/** Cancels a reset before any data is cleared. Throws HttpError with 409 if it is too late; the text has the reason and the next step. */
export const cancelReset = ({ resets, sagas, journal, enqueue }: DecisionPorts, first: Reset, decision: Decision): Promise<Reset> =>
  retryWhileBusy(
    first,
    resets,
    async (reset) => {
      const result = await cancelSaga({ journal, sagas }, reset, decision);
      if (result === 'cleared') throw alreadyCleared();
      if (result === 'over') throw alreadyFinished(reset);
      if (result === 'moved') return undefined;
      const canceled = await resets.again(reset);
      if (!canceled.progress.done) enqueue(canceled);
      return canceled;
    },
    () => httpError(409, 'The reset is being processed at this moment, so it could not be canceled. Send the request again after the seconds in Retry-After.', { 'Retry-After': '1' }),
  );

const alreadyCleared = () =>
  httpError(
    409,
    'The BOLs and executed drops have already been cleared, so the reset can no longer be canceled. Wait until it has finished; then an operator can restore them from the audit log.',
  );

const alreadyFinished = ({ saga, progress }: Reset) =>
  saga.phase === 'stopped'
    ? httpError(409, `The reset has stopped at ${progress.step}, so it can no longer be canceled. Ask an operator to resume it.`)
    : httpError(409, `The reset has already finished with status ${progress.status}. ${progress.message ?? ''}`.trim());
