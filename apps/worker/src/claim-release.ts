import type { Log } from '@crossroads/platform';
import type { SagaRepository } from '@crossroads/store';

/** Sagas kept in memory. The oldest are dropped beyond it: their leases have expired, and each counts as one crash. */
const maxSagas = 10_000;

/** Claims kept of one saga: the newest ones. */
const maxClaims = 50;

/** Sagas released in one batch. */
const batchSize = 500;

/** Milliseconds an unconfirmed claim may still be in flight: longer than any operation timeout. */
const inFlightMs = 15_000;

/** Milliseconds that shutdown waits for MongoDB. */
const atStopMs = 1_000;

export interface ClaimRelease {
  /** Adds a claim that was made, or may have been made, and under which nothing more is written. */
  add(sagaId: string, epoch: number): void;
  /** Releases the claims. Never rejects; a release that MongoDB does not confirm is repeated at the next call. */
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
 * Releases claims of a worker that did not crash. A claim that is not settled counts as a crash, and a saga with many crashes in a row is stopped.
 * Without the release, an outage of MongoDB would stop sagas. Claims are kept in memory only, since a dead worker has crashed.
 */
export const createClaimRelease = (sagas: Pick<SagaRepository, 'release'>, log: Log): ClaimRelease => {
  const owed = new Map<string, Owed>();
  let releasing: Promise<void> | undefined;

  const one = async (sagaId: string): Promise<void> => {
    const asked = owed.get(sagaId);
    if (!asked) return;
    const epochs = [...asked.epochs];
    const over = (await sagas.release(sagaId, epochs)) || performance.now() - asked.since > inFlightMs;
    // Another claim may have been added in between.
    asked.epochs = asked.epochs.filter((epoch) => !over || !epochs.includes(epoch));
    if (owed.get(sagaId) !== asked) return;
    owed.delete(sagaId);
    // Last in the map, so that a claim in flight does not delay the others.
    if (asked.epochs.length > 0) owed.set(sagaId, asked);
  };

  const some = async (): Promise<void> => {
    const results = await Promise.allSettled([...owed.keys()].slice(0, batchSize).map(one));
    const failed = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) log.warn('could not release claims yet', { sagas: owed.size, error: failed.reason });
  };

  const releaseAll = async (): Promise<void> => {
    if (owed.size === 0) return;
    releasing ??= some().finally(() => {
      releasing = undefined;
    });
    await releasing;
  };

  return {
    add(sagaId, epoch) {
      const { epochs } = owed.get(sagaId) ?? { epochs: [] };
      owed.delete(sagaId);
      owed.set(sagaId, { epochs: [...epochs.filter((each) => each !== epoch), epoch].sort((a, b) => a - b).slice(-maxClaims), since: performance.now() });
      if (owed.size > maxSagas) owed.delete(owed.keys().next().value!);
      void releaseAll();
    },
    releaseAll,
    releaseOf: (sagaId) => (owed.has(sagaId) ? one(sagaId).catch(() => undefined) : Promise.resolve()),
    count: () => owed.size,
    stop: () => Promise.race([releaseAll(), new Promise<void>((resolve) => setTimeout(resolve, atStopMs).unref())]),
  };
};
