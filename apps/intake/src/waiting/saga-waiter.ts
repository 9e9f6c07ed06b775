import type { Log } from '@crossroads/platform';
import type { SagaVersion, SagaVersionRepository } from '@crossroads/store';

export interface SagaWaiterOptions {
  sagas: SagaVersionRepository;
  log: Log;
  /** Waits at once, in this process. */
  most: number;
}

export interface Wait {
  sagaId: string;
  /** The tenant whose saga it is, and whose wait: nobody may take more than half of the places. */
  holder: string;
  /** What is waited for. */
  met(sagaVersion: SagaVersion): boolean;
  /** Milliseconds. */
  atMost: number;
  signal: AbortSignal;
}

export type Waited = 'met' | 'time-up' | 'full' | 'closing';

/**
 * Waits for sagas on behalf of everybody: one look at MongoDB for all of them together, however many wait,
 * and none at all while nobody does.
 */
export interface SagaWaiter {
  until(wait: Wait): Promise<Waited>;
  close(): void;
}

/** Milliseconds between two looks while sagas move; a look that shows nothing new makes the next one later. */
const everyMs = 150;
const slowestMs = 1_000;

/** Milliseconds before the first look at a new wait: most sagas are through by then. */
const firstMs = 30;

export const createSagaWaiter = ({ sagas, log, most }: SagaWaiterOptions): SagaWaiter => {
  const waits = new Map<string, Set<Waiting>>();
  const held = new Map<string, number>();
  const marks = new Map<string, string>();
  let count = 0;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let loadUnchanged = 0;
  let pause = everyMs;

  interface Waiting extends Wait {
    end(waited: Waited): void;
  }

  const schedule = (inMs: number): void => {
    if (looking || count === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), inMs);
  };

  const look = async (): Promise<void> => {
    looking = true;
    loadUnchanged = performance.now();
    let moved = false;
    try {
      const sagaVersions = await sagas.sagaVersions([...waits.keys()], [...held.keys()]);
      for (const [sagaId, waiting] of waits) {
        const sagaVersion = sagaVersions.get(sagaId);
        if (!sagaVersion) continue;
        if (marks.get(sagaId) !== sagaVersion.mark) moved = true;
        marks.set(sagaId, sagaVersion.mark);
        for (const wait of waiting) if (wait.met(sagaVersion)) wait.end('met');
      }
    } catch (error) {
      log.warn('a look at the waited-for sagas did not come through', { waits: count, error });
    } finally {
      looking = false;
      pause = moved ? everyMs : Math.min(slowestMs, pause * 1.25);
      schedule(pause);
    }
  };

  const leave = (wait: Waiting): void => {
    const { sagaId, holder } = wait;
    const others = waits.get(sagaId);
    if (!others?.delete(wait)) return;
    if (others.size === 0) {
      waits.delete(sagaId);
      marks.delete(sagaId);
    }
    const left = held.get(holder)! - 1;
    if (left === 0) held.delete(holder);
    else held.set(holder, left);
    count -= 1;
    if (count === 0) clearTimeout(timer);
  };

  return {
    until: (wait) => {
      if (closing) return Promise.resolve('closing');
      const mine = held.get(wait.holder) ?? 0;
      if (count >= most || mine >= most / 2) return Promise.resolve('full');
      if (wait.signal.aborted || wait.atMost <= 0) return Promise.resolve('time-up');
      return new Promise((resolve) => {
        const end = (waited: Waited): void => {
          clearTimeout(timeUp);
          wait.signal.removeEventListener('abort', abort);
          leave(waiting);
          resolve(waited);
        };
        const abort = (): void => end('time-up');
        const timeUp = setTimeout(abort, wait.atMost);
        const waiting: Waiting = { ...wait, end };
        wait.signal.addEventListener('abort', abort);
        waits.set(wait.sagaId, (waits.get(wait.sagaId) ?? new Set()).add(waiting));
        held.set(wait.holder, mine + 1);
        count += 1;
        pause = everyMs;
        schedule(Math.max(firstMs, loadUnchanged + everyMs - performance.now()));
      });
    },
    close: () => {
      closing = true;
      clearTimeout(timer);
      for (const waiting of waits.values()) for (const wait of waiting) wait.end('closing');
    },
  };
};
