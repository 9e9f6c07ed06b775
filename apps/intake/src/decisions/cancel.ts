import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaMetadata } from '@crossroads/store';
import { cancelSaga } from '@crossroads/store';
import { httpError } from '../http-error.js';
import type { Reset, Resets } from '../resets.js';
import type { Decision } from './decision.js';
import { retryFor } from './retry-for.js';

export interface CancelPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaMetadata>;
  /** Rings for a saga that is due. Best effort. */
  enqueue(reset: Reset): void;
}

/** Calls a reset off before anything was cleared. Throws Refused with 409, which says why it is too late and what to do instead. */
export const cancelReset = ({ resets, sagas, journal, enqueue }: CancelPorts, first: Reset, decision: Decision): Promise<Reset> =>
  retryFor(
    first,
    resets,
    async (reset) => {
      const came = await cancelSaga({ journal, sagas }, reset, decision);
      if (came === 'cleared') throw cleared();
      if (came === 'over') throw over(reset);
      if (came === 'moved') return undefined;
      const called = await resets.again(reset);
      if (!called.progress.done) enqueue(called);
      return called;
    },
    () => httpError(409, 'The reset is being worked on at this very moment, so it could not be canceled. Ask again in a second.', { 'Retry-After': '1' }),
  );

const cleared = () =>
  httpError(
    409,
    'The BOLs and executed drops have been cleared already, so the reset can no longer be canceled. Let it end; then an operator can put them back from the audit log.',
  );

const over = ({ saga, progress }: Reset) =>
  saga.phase === 'stopped'
    ? httpError(409, `The reset stopped at ${progress.step} and waits for an operator, who can resume it. Ask them.`)
    : httpError(409, `The reset is over already: ${progress.status}. ${progress.message ?? ''}`.trim());
