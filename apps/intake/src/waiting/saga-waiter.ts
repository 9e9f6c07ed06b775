import type { Log } from '@crossroads/platform';
import type { SagaVersion, SagaVersionRepository } from '@crossroads/store';

export interface SagaWaiterOptions {
  sagas: SagaVersionRepository;
  log: Log;
  /** Maximum number of concurrent waits in this process. */
  maxWaits: number;
}

export interface SagaWait {
  sagaId: string;
  /** The tenant of the saga and of the caller. A tenant may have at most half of all waits. */
  tenantId: string;
  /** The condition that ends the wait. */
  isMet(sagaVersion: SagaVersion): boolean;
  timeoutMs: number;
  signal: AbortSignal;
}

export type WaitResult = 'met' | 'timed-out' | 'full' | 'closing';

/** Waits for changes of sagas (long polling). Reads all waited-for sagas with one query, and reads nothing while no caller waits. */
export interface SagaWaiter {
  /** Resolves to `met`, to `timed-out` (also after an abort), to `full` at once if no place is free, or to `closing` at shutdown. */
  waitFor(wait: SagaWait): Promise<WaitResult>;
  close(): void;
}

/** Milliseconds between two reads while sagas change. The interval grows with each read that finds no change. */
const minIntervalMs = 150;
const maxIntervalMs = 1_000;

/** Milliseconds before the first read for a new wait. Most sagas have finished by then. */
const firstReadMs = 30;

export const createSagaWaiter = ({ sagas, log, maxWaits }: SagaWaiterOptions): SagaWaiter => {
  const waits = new Map<string, Set<PendingWait>>();
  const waitsByTenant = new Map<string, number>();
  const marks = new Map<string, string>();
  let count = 0;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  let readAt = 0;
  let intervalMs = minIntervalMs;

  interface PendingWait extends SagaWait {
    end(result: WaitResult): void;
  }

  const scheduleRead = (inMs: number): void => {
    if (isReading || count === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void readVersions(), inMs);
  };

  const readVersions = async (): Promise<void> => {
    isReading = true;
    readAt = performance.now();
    let hasChanged = false;
    try {
      const sagaVersions = await sagas.sagaVersions([...waits.keys()], [...waitsByTenant.keys()]);
      for (const [sagaId, pending] of waits) {
        const sagaVersion = sagaVersions.get(sagaId);
        if (!sagaVersion) continue;
        if (marks.get(sagaId) !== sagaVersion.mark) hasChanged = true;
        marks.set(sagaId, sagaVersion.mark);
        for (const wait of pending) if (wait.isMet(sagaVersion)) wait.end('met');
      }
    } catch (error) {
      log.warn('could not read the status of sagas that callers wait for; the next read tries again', { waits: count, error });
    } finally {
      isReading = false;
      intervalMs = hasChanged ? minIntervalMs : Math.min(maxIntervalMs, intervalMs * 1.25);
      scheduleRead(intervalMs);
    }
  };

  const remove = (wait: PendingWait): void => {
    const { sagaId, tenantId } = wait;
    const others = waits.get(sagaId);
    if (!others?.delete(wait)) return;
    if (others.size === 0) {
      waits.delete(sagaId);
      marks.delete(sagaId);
    }
    const remaining = waitsByTenant.get(tenantId)! - 1;
    if (remaining === 0) waitsByTenant.delete(tenantId);
    else waitsByTenant.set(tenantId, remaining);
    count -= 1;
    if (count === 0) clearTimeout(timer);
  };

  return {
    waitFor: (wait) => {
      if (closing) return Promise.resolve('closing');
      const ofTenant = waitsByTenant.get(wait.tenantId) ?? 0;
      if (count >= maxWaits || ofTenant >= maxWaits / 2) return Promise.resolve('full');
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
        waits.set(wait.sagaId, (waits.get(wait.sagaId) ?? new Set()).add(pending));
        waitsByTenant.set(wait.tenantId, ofTenant + 1);
        count += 1;
        intervalMs = minIntervalMs;
        scheduleRead(Math.max(firstReadMs, readAt + minIntervalMs - performance.now()));
      });
    },
    close: () => {
      closing = true;
      clearTimeout(timer);
      for (const pending of waits.values()) for (const wait of pending) wait.end('closing');
    },
  };
};
