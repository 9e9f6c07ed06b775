import type { Log } from '@crossroads/platform';
import type { Claim, SagaObserver } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';
import type { SagaMetadata, SagaRepository } from '@crossroads/store';
import { ClaimUnsure, leaseMs } from '@crossroads/store';
import { createClaimRelease } from './claim-release.js';

/** Four times per lease: a database that is slow for three seconds takes no saga from its worker. */
const usualEveryMs = leaseMs / 4;

/** An execution of five steps, each at its timeout, ends well within this. A longer one hangs, and must lose its saga. */
const maxExecutionMs = 120_000;

export interface ClaimRenewal {
  /** The repository, whose claims are renewed until their execution ends. */
  sagas: SagaRepository;
  observer: SagaObserver<SagaMetadata>;
  /** `active`: claims that are renewed. `owed`: claims that are yet to be released. */
  count(): { active: number; owed: number };
  stop(): Promise<void>;
}

interface ActiveClaim {
  claim: Claim<SagaMetadata>;
  lost: AbortController;
  since: number;
  /** When the claim or its last renewal was sent: the database counts the lease from a later moment. */
  renewedAt: number;
  isRenewing: boolean;
  isSaved: boolean;
}

/**
 * Renews the claims of this process, so that a slow step is not taken for a dead worker. A claim that is lost, or that could not be renewed
 * for as long as a lease, ends its attempt. A claim whose execution ended without saving the state is released: this worker did not crash.
 */
export const renewClaims = (sagas: SagaRepository, log: Log, everyMs = usualEveryMs): ClaimRenewal => {
  const active = new Map<Claim<SagaMetadata>, ActiveClaim>();
  const owed = createClaimRelease(sagas, log);

  const lose = ({ claim, lost }: ActiveClaim, reason: string): void => {
    lost.abort(new ClaimLost(`The claim of saga ${claim.sagaId} at epoch ${claim.epoch} ${reason}`));
  };

  const renew = async (due: readonly ActiveClaim[]): Promise<void> => {
    const sent = performance.now();
    for (const one of due) one.isRenewing = true;
    const renewals = await sagas.renew(due.map(({ claim }) => claim));
    let unknown = 0;
    due.forEach((one, index) => {
      const renewal = renewals[index]!;
      one.isRenewing = false;
      if (renewal.outcome === 'renewed') one.renewedAt = sent;
      // An execution that has just saved its state finds it saved here, and is over.
      if (renewal.outcome === 'lost' && active.has(one.claim) && !one.lost.signal.aborted) lose(one, 'was taken over, or ran out before it was renewed');
      if (renewal.outcome === 'unknown' && unknown++ === 0) log.warn('could not renew claims', { claims: due.length, error: renewal.error });
    });
  };

  const check = (): void => {
    const now = performance.now();
    const held = [...active.values()].filter(({ lost }) => !lost.signal.aborted);
    for (const one of held) {
      if (now - one.since > maxExecutionMs) lose(one, `was held for longer than ${maxExecutionMs} ms`);
      else if (now - one.renewedAt >= leaseMs) lose(one, `could not be renewed for ${leaseMs} ms`);
    }
    // Most sagas end within some ten milliseconds. While the database hangs, no claim has two renewals in flight.
    const due = held.filter(({ lost, renewedAt, isRenewing }) => !lost.signal.aborted && !isRenewing && now - renewedAt >= 0.9 * everyMs);
    if (due.length > 0) void renew(due);
    void owed.releaseAll();
    if (active.size > 0 || owed.count() > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  /** Runs only while there are claims, so that an idle worker is not woken every second. */
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const keepChecking = (): void => void (timer ??= isStopped ? undefined : setInterval(check, everyMs));

  const owe = (sagaId: string, epoch: number): void => {
    owed.add(sagaId, epoch);
    keepChecking();
  };

  return {
    sagas: {
      ...sagas,
      async claim(sagaId, tenantId) {
        await owed.releaseOf(sagaId);
        const since = performance.now();
        try {
          const claimed = await sagas.claim(sagaId, tenantId);
          if (typeof claimed !== 'object') return claimed;
          const lost = new AbortController();
          const claim = { ...claimed, lost: lost.signal };
          active.set(claim, { claim, lost, since, renewedAt: since, isRenewing: false, isSaved: false });
          keepChecking();
          return claim;
        } catch (error) {
          if (error instanceof ClaimUnsure) owe(sagaId, error.epoch);
          throw error;
        }
      },
    },
    observer: {
      stateSaved(claim) {
        const one = active.get(claim);
        if (one) one.isSaved = true;
      },
      executionEnded(claim) {
        const one = active.get(claim);
        active.delete(claim);
        if (one && !one.isSaved) owe(claim.sagaId, claim.epoch);
      },
    },
    count: () => ({ active: [...active.values()].filter(({ lost }) => !lost.signal.aborted).length, owed: owed.count() }),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await owed.stop();
    },
  };
};
