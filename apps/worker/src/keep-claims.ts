import type { Log } from '@crossroads/runtime';
import type { Advance, Claim } from '@crossroads/saga';
import type { SagaFacts, SagaRepository } from '@crossroads/store';
import { leaseMs } from '@crossroads/store';

/** Thrice per lease: two renewals may be lost before another worker looks. */
const everyMs = leaseMs / 3;

/** A turn of five steps, each at its time limit, ends well within this. One that does not hangs, and must lose its saga. */
const longestTurnMs = 120_000;

export interface KeptClaims {
  /** The repository, with an eye on what it hands out. */
  sagas: SagaRepository;
  /** Lets a saga go when its turn is over, however it ended: a claim renewed for ever would keep everybody else away. */
  lettingGo(advance: (sagaId: string) => Promise<Advance>): (sagaId: string) => Promise<Advance>;
  stop(): Promise<void>;
}

/** Renews the claims this process has in hand, so that a slow step is not taken for a dead worker. */
export const keepClaims = (sagas: SagaRepository, log: Log): KeptClaims => {
  const inHand = new Map<string, Claim<SagaFacts> & { since: number }>();
  const timer = setInterval(() => {
    for (const [sagaId, { since }] of inHand) if (performance.now() - since > longestTurnMs) inHand.delete(sagaId);
    sagas.renew(inHand.values()).catch((error: unknown) => log.warn('claims could not be renewed', { claims: inHand.size, error }));
  }, everyMs);

  return {
    sagas: {
      ...sagas,
      async claim(sagaId) {
        const claim = await sagas.claim(sagaId);
        if (typeof claim === 'object') inHand.set(sagaId, { ...claim, since: performance.now() });
        return claim;
      },
    },
    lettingGo: (advance) => async (sagaId) => {
      try {
        return await advance(sagaId);
      } finally {
        inHand.delete(sagaId);
      }
    },
    stop: async () => clearInterval(timer),
  };
};
