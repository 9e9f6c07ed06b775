import type { Log } from '@crossroads/platform';
import type { RunResult, Claim } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';
import type { SagaMetadata, SagaRepository } from '@crossroads/store';
import { ClaimUnsure, leaseMs } from '@crossroads/store';
import { createClaimRelease } from './claim-release.js';

/** Four times per lease: a database that is slow for three seconds takes no saga from its worker. */
const usualEveryMs = leaseMs / 4;

/** A turn of five steps, each at its time limit, ends well within this. One that does not hangs, and must lose its saga. */
const maxExecutionMs = 120_000;

/** Milliseconds until a saga whose claim could not be renewed is tried again; by then it has been given back, if MongoDB answers. */
const afterLossMs = () => 1_000 + Math.random() * 1_000;

export interface ClaimRenewal {
  /** The repository, with an eye on what it hands out. */
  sagas: SagaRepository;
  /** Lets a saga go when its turn is over, however it ended: a claim renewed for ever would keep everybody else away. */
  releasingClaims(runSaga: (sagaId: string) => Promise<RunResult>): (sagaId: string) => Promise<RunResult>;
  /** Claims in hand, of which there are no more than turns at once, and claims that are yet to be given back. */
  count(): { held: number; owed: number };
  stop(): Promise<void>;
}

interface Held {
  claim: Claim<SagaMetadata>;
  lost: AbortController;
  since: number;
  /** When the claim or its last renewal was sent: the database counts the lease from a later moment. */
  heldFrom: number;
  renewing: boolean;
}

/** A turn, from its first look at the saga to its end. */
interface Call {
  held?: Held;
}

/**
 * Renews the claims this process has in hand, so that a slow step is not taken for a dead worker. A claim that is lost, or that could not be renewed
 * for as long as a lease, ends its attempt. A claim under which nothing more is done is given back: this worker did not die.
 */
export const renewClaims = (sagas: SagaRepository, log: Log, everyMs = usualEveryMs): ClaimRenewal => {
  const active = new Set<Held>();
  const owed = createClaimRelease(sagas, log);
  /** The call that is just beginning. Its claim is the first thing it does, before it waits for anything, so no other call can come between. */
  let beginning: Call | undefined;

  const lose = (held: Held, why: string): void => {
    active.delete(held);
    held.lost.abort(new ClaimLost(`The claim of saga ${held.claim.sagaId} at epoch ${held.claim.epoch} ${why}`));
  };

  const renew = async (due: readonly Held[]): Promise<void> => {
    const sent = performance.now();
    for (const held of due) held.renewing = true;
    const renewals = await sagas.renew(due.map(({ claim }) => claim));
    let unknown = 0;
    due.forEach((held, index) => {
      const renewal = renewals[index]!;
      held.renewing = false;
      if (renewal.outcome === 'renewed') held.heldFrom = sent;
      // A turn that has just settled its saga finds it settled here, and is over.
      if (renewal.outcome === 'lost' && active.has(held)) lose(held, 'was taken over, or ran out before it was renewed');
      if (renewal.outcome === 'unknown' && unknown++ === 0) log.warn('claims could not be renewed', { claims: due.length, error: renewal.error });
    });
  };

  const timer = setInterval(() => {
    const now = performance.now();
    for (const held of active) {
      if (now - held.since > maxExecutionMs) lose(held, `was held for longer than ${maxExecutionMs} ms`);
      else if (now - held.heldFrom >= leaseMs) lose(held, `could not be renewed for ${leaseMs} ms`);
    }
    // Most sagas are over within some ten milliseconds. While the database hangs, no claim has two renewals under way.
    const due = [...active].filter(({ heldFrom, renewing }) => !renewing && now - heldFrom >= 0.9 * everyMs);
    if (due.length > 0) void renew(due);
    void owed.settle();
  }, everyMs);

  return {
    sagas: {
      ...sagas,
      async claim(sagaId) {
        const call = beginning;
        await owed.settleOf(sagaId);
        const since = performance.now();
        try {
          const claim = await sagas.claim(sagaId);
          if (typeof claim !== 'object') return claim;
          const held: Held = { claim, lost: new AbortController(), since, heldFrom: since, renewing: false };
          active.add(held);
          if (call) call.held = held;
          return { ...claim, lost: held.lost.signal };
        } catch (error) {
          if (error instanceof ClaimUnsure) owed.add(sagaId, error.epoch);
          throw error;
        }
      },
    },
    releasingClaims: (runSaga) => async (sagaId) => {
      const call: Call = {};
      let savedState = false;
      try {
        beginning = call;
        const running = runSaga(sagaId);
        beginning = undefined;
        const result = await running;
        savedState = result.outcome !== 'skipped';
        // No newer claim need have been made, so no other job need be there.
        if (!savedState && call.held?.lost.signal.aborted) return { outcome: 'delayed', delayMs: afterLossMs() };
        return result;
      } finally {
        beginning = undefined;
        if (call.held) {
          active.delete(call.held);
          if (!savedState) owed.add(sagaId, call.held.claim.epoch);
        }
      }
    },
    count: () => ({ held: active.size, owed: owed.count() }),
    async stop() {
      clearInterval(timer);
      await owed.stop();
    },
  };
};
