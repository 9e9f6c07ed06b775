import type { Log } from '@crossroads/platform';
import type { SagaSubscription } from '@crossroads/saga-bullmq';
import type { SagaVersion, SagaVersionRepository } from '@crossroads/store';
import type { Intervals } from './waited-sagas.js';
import { awaitsOnlyEnd, createWaitedSagas, defaultIntervals } from './waited-sagas.js';

export interface SagaWaiterOptions {
  sagas: SagaVersionRepository;
  /** Absent: changes are found by polling only. */
  subscription?: SagaSubscription | undefined;
  log: Log;
  /** Maximum number of concurrent waits in this process. */
  maxWaits: number;
  intervals?: Intervals;
}

export interface SagaWait {
  sagaId: string;
  /** The tenant of the saga and of the caller. A tenant may have at most half of all waits. */
  tenantId: string;
  /** The mark that the caller has seen: the wait ends at the next change. Absent: the wait ends when the saga does not continue on its own. */
  seenMark?: string;
  /** The saga is not enqueued yet, so this wait misses no change, and needs no read at its start. */
  isNew?: boolean;
  timeoutMs: number;
  signal: AbortSignal;
}

export type WaitResult = 'met' | 'timed-out' | 'full' | 'closing';

/**
 * Waits for changes of sagas (long polling). A notification of a saved state leads to a read within milliseconds.
 * Polling finds the changes without a notification: at short intervals while no notifications arrive, otherwise at long ones.
 * Each read is one query for all its sagas. Reads nothing while no caller waits.
 */
export interface SagaWaiter {
  /** Resolves to `met`, to `timed-out` (also after an abort), to `full` at once if no place is free, or to `closing` at shutdown. */
  waitFor(wait: SagaWait): Promise<WaitResult>;
  close(): void;
}

interface PendingWait extends SagaWait {
  end(result: WaitResult): void;
}

/** Milliseconds between two reads. Notifications that arrive in between share the next one. */
const readIntervalMs = 5;

/** Milliseconds that the subscription outlasts the last wait, so that callers one after the other do not each subscribe. */
const lingerMs = 10_000;

export const createSagaWaiter = ({ sagas, subscription, log, maxWaits, intervals = defaultIntervals }: SagaWaiterOptions): SagaWaiter => {
  const waited = createWaitedSagas<PendingWait>(intervals);
  const waitsByTenant = new Map<string, number>();
  /** Sagas to read at once. */
  const notified = new Set<string>();
  let count = 0;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;
  let linger: NodeJS.Timeout | undefined;
  let isReading = false;
  let readAt = -Infinity;

  const scheduleRead = (): void => {
    if (isReading || count === 0) return;
    const at = Math.min(notified.size > 0 ? readAt + readIntervalMs : Infinity, waited.nextPollAt());
    if (at === timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => void read(), Math.max(0, at - performance.now()));
  };

  const stopReading = (): void => {
    clearTimeout(timer);
    timerAt = Infinity;
    notified.clear();
  };

  const read = async (): Promise<void> => {
    timerAt = Infinity;
    const announced = new Set(notified);
    notified.clear();
    const ids = waited.take(announced);
    if (ids.length === 0) return scheduleRead();
    isReading = true;
    readAt = performance.now();
    try {
      const withoutEntries = ids.every((sagaId) => announced.has(sagaId) && awaitsOnlyEnd(waited.get(sagaId)!));
      const versions = await sagas.sagaVersions(ids, [...waitsByTenant.keys()], { withoutEntries });
      for (const sagaId of ids) applyVersion(sagaId, versions.get(sagaId), { isAnnounced: announced.has(sagaId), withoutEntries });
    } catch (error) {
      log.warn('could not read the status of sagas that callers wait for; the next read tries again', { waits: count, error });
      for (const sagaId of ids) waited.read(sagaId, undefined);
    } finally {
      isReading = false;
      scheduleRead();
    }
  };

  const applyVersion = (sagaId: string, version: SagaVersion | undefined, { isAnnounced, withoutEntries }: { isAnnounced: boolean; withoutEntries: boolean }): void => {
    const saga = waited.get(sagaId);
    if (!saga) return;
    // A saga has ended without a notification, so the worker cannot send them. Polling is quick until the next notification arrives.
    if (version?.rests && saga.wasMoving && !isAnnounced && !notified.has(sagaId)) waited.expectNotifications(false);
    waited.read(sagaId, version);
    if (!version) return;
    for (const wait of saga.waits) {
      // A wait for the next change that began during this read has a poll of its own.
      if (withoutEntries && wait.seenMark !== undefined) continue;
      if (isMet(wait, version)) wait.end('met');
    }
  };

  const readAtOnce = (sagaIds: readonly string[]): void => {
    waited.expectNotifications(true);
    for (const sagaId of sagaIds) if (waited.get(sagaId)) notified.add(sagaId);
    scheduleRead();
  };

  subscription?.listen({
    saved: readAtOnce,
    opened: () => readAtOnce(waited.ids()),
    closed: () => {
      waited.expectNotifications(false);
      scheduleRead();
    },
  });

  const add = (wait: PendingWait): void => {
    waited.add(wait);
    waitsByTenant.set(wait.tenantId, (waitsByTenant.get(wait.tenantId) ?? 0) + 1);
    count += 1;
    clearTimeout(linger);
    if (count === 1) subscription?.resume();
    scheduleRead();
  };

  const remove = (wait: PendingWait): void => {
    if (!waited.remove(wait)) return;
    const remaining = waitsByTenant.get(wait.tenantId)! - 1;
    if (remaining === 0) waitsByTenant.delete(wait.tenantId);
    else waitsByTenant.set(wait.tenantId, remaining);
    count -= 1;
    if (count > 0) return;
    stopReading();
    linger = setTimeout(() => subscription?.pause(), lingerMs).unref();
  };

  return {
    waitFor: (wait) => {
      if (closing) return Promise.resolve('closing');
      if (count >= maxWaits || (waitsByTenant.get(wait.tenantId) ?? 0) >= maxWaits / 2) return Promise.resolve('full');
      if (wait.signal.aborted || wait.timeoutMs <= 0) return Promise.resolve('timed-out');
      return new Promise((resolve) => {
        const end = (result: WaitResult): void => {
          clearTimeout(timeout);
          wait.signal.removeEventListener('abort', endTimedOut);
          remove(pending);
          resolve(result);
        };
        const endTimedOut = (): void => end('timed-out');
        const timeout = setTimeout(endTimedOut, wait.timeoutMs);
        const pending: PendingWait = { ...wait, end };
        wait.signal.addEventListener('abort', endTimedOut);
        add(pending);
      });
    },
    close: () => {
      closing = true;
      for (const sagaId of waited.ids()) for (const wait of waited.get(sagaId)?.waits ?? []) wait.end('closing');
      clearTimeout(linger);
    },
  };
};

const isMet = ({ seenMark }: SagaWait, { mark, rests }: SagaVersion): boolean => (seenMark === undefined ? rests : mark !== seenMark);
