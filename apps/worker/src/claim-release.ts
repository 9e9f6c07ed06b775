import type { Log } from '@crossroads/platform';
import type { SagaRepository } from '@crossroads/store';

/** Sagas remembered. Beyond them the oldest are forgotten: their leases have run out long since, and each counts as one crash. */
const mostSagas = 10_000;

/** Claims remembered of one saga; the newest matter. */
const mostClaims = 50;

/** Sagas asked about at a time. */
const atOnce = 500;

/** Milliseconds a claim whose making was not confirmed may be on its way: longer than any operation is waited for. */
const onItsWayMs = 15_000;

/** Milliseconds the end of the process waits for MongoDB to answer. */
const atStopMs = 1_000;

export interface ClaimRelease {
  /** A claim was made, or may have been made, and nothing more will be done under it. */
  add(sagaId: string, epoch: number): void;
  /** Gives back what it can. Never rejects; what MongoDB does not confirm is tried again next time. */
  releaseAll(): Promise<void>;
  /** The same for one saga, before it is claimed again. */
  releaseOf(sagaId: string): Promise<void>;
  count(): number;
  stop(): Promise<void>;
}

interface Owed {
  /** Lowest first. */
  epochs: number[];
  since: number;
}

/**
 * Claims of a worker that lives. A claim that is not settled counts as a crash of the worker that made it, and a saga that has many in a row is stopped as their cause:
 * so an outage must not leave any behind. In memory only, since a worker that dies has crashed indeed.
 */
export const createClaimRelease = (sagas: Pick<SagaRepository, 'release'>, log: Log): ClaimRelease => {
  const owed = new Map<string, Owed>();
  let settling: Promise<void> | undefined;

  const one = async (sagaId: string): Promise<void> => {
    const asked = owed.get(sagaId);
    if (!asked) return;
    const epochs = [...asked.epochs];
    const over = (await sagas.release(sagaId, epochs)) || performance.now() - asked.since > onItsWayMs;
    // One may have been added meanwhile.
    asked.epochs = asked.epochs.filter((epoch) => !over || !epochs.includes(epoch));
    if (owed.get(sagaId) !== asked) return;
    owed.delete(sagaId);
    // Behind the others: what is on its way must not keep them from being asked about.
    if (asked.epochs.length > 0) owed.set(sagaId, asked);
  };

  const some = async (): Promise<void> => {
    const results = await Promise.allSettled([...owed.keys()].slice(0, atOnce).map(one));
    const failed = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) log.warn('claims could not be given back yet', { sagas: owed.size, error: failed.reason });
  };

  const releaseAll = async (): Promise<void> => {
    if (owed.size === 0) return;
    settling ??= some().finally(() => {
      settling = undefined;
    });
    await settling;
  };

  return {
    add(sagaId, epoch) {
      const { epochs } = owed.get(sagaId) ?? { epochs: [] };
      owed.delete(sagaId);
      owed.set(sagaId, { epochs: [...epochs.filter((each) => each !== epoch), epoch].sort((a, b) => a - b).slice(-mostClaims), since: performance.now() });
      if (owed.size > mostSagas) owed.delete(owed.keys().next().value!);
      void releaseAll();
    },
    releaseAll,
    releaseOf: (sagaId) => (owed.has(sagaId) ? one(sagaId).catch(() => undefined) : Promise.resolve()),
    count: () => owed.size,
    stop: () => Promise.race([releaseAll(), new Promise<void>((resolve) => setTimeout(resolve, atStopMs).unref())]),
  };
};
