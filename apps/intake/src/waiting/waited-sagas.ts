import type { SagaVersion } from '@crossroads/store';

/** What the polling needs to know of a wait. */
interface Wait {
  sagaId: string;
  seenMark?: string;
  isNew?: boolean;
}

/** Milliseconds between two polls of a saga. The interval grows from `minMs` to `maxMs` with each read that finds no change. */
interface Interval {
  minMs: number;
  maxMs: number;
}

export interface Intervals {
  /** Used without notifications, and always for a wait for the next change, since steps send none. `firstMs`: before the first read of a new wait. */
  quick: Interval & { firstMs: number };
  /** While notifications arrive. A lost one delays the end of a wait by this much. */
  slow: Interval;
}

/** Most sagas have finished by the first read. */
export const defaultIntervals: Intervals = { quick: { firstMs: 30, minMs: 150, maxMs: 1_000 }, slow: { minMs: 1_000, maxMs: 5_000 } };

const growth = 1.25;

/** A saga that callers wait for. */
export interface WaitedSaga<W> {
  waits: Set<W>;
  /** It was moving when it was last read, or is new. So its end should come with a notification. */
  wasMoving: boolean;
}

/** Returns whether callers wait only for the end of the saga, and none for its next change. */
export const awaitsOnlyEnd = ({ waits }: Pick<WaitedSaga<Wait>, 'waits'>): boolean => [...waits].every(({ seenMark }) => seenMark === undefined);

interface PolledSaga<W> extends WaitedSaga<W> {
  mark: string | undefined;
  intervalMs: number;
  /** Time of the next poll; Infinity during a read. */
  pollAt: number;
}

/** The sagas that callers wait for, and the time of each one's next poll. Times are those of `performance.now()`. */
export interface WaitedSagas<W> {
  get(sagaId: string): WaitedSaga<W> | undefined;
  ids(): string[];
  add(wait: W): void;
  /** Returns false if the wait had been removed. */
  remove(wait: W): boolean;
  /** Returns a time before which no saga is to be polled. */
  nextPollAt(): number;
  /** Returns the given sagas, and those to poll now or soon. Each is then to be passed to `read`. */
  take(sagaIds: Iterable<string>): string[];
  /** Sets the next poll of a saga. `version`: undefined when it could not be read. */
  read(sagaId: string, version: SagaVersion | undefined): void;
  /** Chooses between long and short intervals. */
  expectNotifications(isExpected: boolean): void;
}

export const createWaitedSagas = <W extends Wait>({ quick, slow }: Intervals): WaitedSagas<W> => {
  const sagas = new Map<string, PolledSaga<W>>();
  let isNotified = false;
  let polledAt = -Infinity;
  /** No saga is to be polled before it. */
  let earliest = Infinity;

  const intervalOf = (saga: WaitedSaga<W>): Interval => (isNotified && awaitsOnlyEnd(saga) ? slow : quick);

  const pollWithin = (saga: PolledSaga<W>, ms: number): void => {
    saga.pollAt = Math.min(saga.pollAt, performance.now() + ms);
    earliest = Math.min(earliest, saga.pollAt);
  };

  const nextPollAt = (): number => Math.max(earliest, polledAt + quick.minMs);

  /** Takes sagas that are due soon as well, so that they need no read of their own. A saga that was never read waits for its time: until then it may have ended. */
  const takeDue = (now: number): string[] => {
    const due = [...sagas].filter(([, { pollAt, mark }]) => pollAt <= (mark === undefined ? now : now + quick.minMs));
    if (due.length > 0) polledAt = now;
    return due.map(([sagaId]) => sagaId);
  };

  return {
    get: (sagaId) => sagas.get(sagaId),
    ids: () => [...sagas.keys()],
    add(wait) {
      const saga: PolledSaga<W> = sagas.get(wait.sagaId) ?? { waits: new Set(), wasMoving: false, mark: undefined, intervalMs: 0, pollAt: Infinity };
      sagas.set(wait.sagaId, saga);
      saga.waits.add(wait);
      saga.wasMoving ||= wait.isNew === true;
      const { minMs } = intervalOf(saga);
      saga.intervalMs = minMs;
      pollWithin(saga, wait.isNew && isNotified ? minMs : quick.firstMs);
    },
    remove(wait) {
      const saga = sagas.get(wait.sagaId);
      if (!saga?.waits.delete(wait)) return false;
      if (saga.waits.size === 0) sagas.delete(wait.sagaId);
      return true;
    },
    nextPollAt,
    take(sagaIds) {
      const now = performance.now();
      const taken = new Set([...sagaIds].filter((sagaId) => sagas.has(sagaId)));
      if (nextPollAt() <= now) for (const sagaId of takeDue(now)) taken.add(sagaId);
      for (const sagaId of taken) sagas.get(sagaId)!.pollAt = Infinity;
      earliest = Infinity;
      for (const { pollAt } of sagas.values()) earliest = Math.min(earliest, pollAt);
      return [...taken];
    },
    read(sagaId, version) {
      const saga = sagas.get(sagaId);
      if (!saga) return;
      const { minMs, maxMs } = intervalOf(saga);
      const hasChanged = version !== undefined && version.mark !== saga.mark;
      saga.intervalMs = hasChanged ? minMs : Math.min(maxMs, Math.max(minMs, saga.intervalMs * growth));
      if (version) {
        saga.mark = version.mark;
        saga.wasMoving = !version.rests;
      }
      pollWithin(saga, saga.intervalMs);
    },
    expectNotifications(isExpected) {
      if (isNotified === isExpected) return;
      isNotified = isExpected;
      if (isExpected) return;
      for (const saga of sagas.values()) {
        saga.intervalMs = quick.minMs;
        pollWithin(saga, quick.minMs);
      }
    },
  };
};
