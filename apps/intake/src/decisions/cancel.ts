import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaFacts } from '@crossroads/store';
import { refused } from '../refused.js';
import type { Reset, Resets } from '../resets.js';
import { shortly } from './shortly.js';
import type { Verdict } from './verdict.js';
import { pronounce, verdictIn } from './verdict.js';

export interface CancelPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaFacts>;
  /** Rings for a saga that is due. Best effort. */
  ring(reset: Reset, epoch: number): void;
}

/**
 * Calls a reset off before anything was cleared, by pronouncing on `clear-deliveries` before a worker does: the first verdict stands.
 * A saga at rest is claimed first, as a worker would, so that its next claim reads the journal even if it never had one.
 * While a worker is still looking for the order nothing is pronounced: it may hold the order without having said so, and a saga that was
 * called off then would end without giving it back.
 * Throws Refused with 409, which says why it is too late and what to do instead.
 */
export const cancelReset = ({ resets, sagas, journal, ring }: CancelPorts, first: Reset, by: string, reasonCode: string | null): Promise<Reset> =>
  shortly(
    first,
    resets,
    async (reset) => {
      const { saga, entries, progress } = reset;
      const verdict = verdictIn(entries, 'clear-deliveries');
      if (verdict?.step.outcome === 'called-off') return reset;
      if (verdict) throw cleared();
      if (progress.done || entries.some(({ step }) => step.outcome === 'refused')) throw over(reset);

      const resting = saga.epoch === saga.settled_epoch;
      if (!resting && !verdictIn(entries, 'resolve-order')) return undefined;
      const epoch = resting ? await sagas.claim(saga) : saga.epoch;
      if (epoch === undefined) return undefined;
      const stands = await pronounce(journal, reset, epoch, calledOff(by, reasonCode));
      if (resting) {
        await sagas.giveBack(saga._id, epoch);
        ring(reset, epoch);
      }
      if (stands.step.outcome !== 'called-off') throw cleared();
      return resets.again(reset);
    },
    () => refused(409, 'The reset is being taken up at this very moment, so it cannot be canceled. Ask again in a second.', { 'Retry-After': '1' }),
  );

const calledOff = (by: string, reason_code: string | null): Verdict => ({
  step: 'clear-deliveries',
  outcome: 'called-off',
  status: 'canceled',
  title: 'Reset canceled',
  code: 'request.canceled',
  message: `Canceled by ${by}${reason_code === null ? '' : `: ${reason_code}`}. Nothing was cleared.`,
  extra_data: { canceled_by: by, reason_code },
});

const cleared = () =>
  refused(
    409,
    'The BOLs and executed drops have been cleared already, so the reset can no longer be canceled. Let it end; then an operator can put them back from the audit log.',
  );

const over = ({ progress }: Reset) =>
  progress.done && progress.status === 'error' && progress.step !== null
    ? refused(409, `The reset stopped at ${progress.step} and waits for an operator, who can resume it. Ask them.`)
    : refused(409, `The reset is over already: ${progress.status}. ${progress.message ?? ''}`.trim());
