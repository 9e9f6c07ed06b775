import type { Log } from './log.js';

/** The part of `process` that a shutdown needs; main.ts hands it in. */
export interface Signals {
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): never;
}

export interface ShutdownOptions {
  signals: Signals;
  log: Log;
  /** Milliseconds for everything together. Past them the process ends as it is, which every part of the system survives. */
  deadlineMs: number;
}

/** What to close, in this order. */
export type ShutdownSteps = readonly (() => Promise<unknown>)[];

export interface Shutdown {
  /** Says what there is to close, once there is something. Before that a signal ends the process at once. */
  closing(steps: ShutdownSteps): void;
}

/**
 * Ends the process in order on the first signal, at once on the second: with 0 when all was closed, with 1 when not.
 * The first thing a main.ts does, since the process may be told to end while it still waits for its stores;
 * and as process 1 of a container it would ignore a signal that it has no listener for.
 */
export const onShutdown = ({ signals, log, deadlineMs }: ShutdownOptions): Shutdown => {
  let steps: ShutdownSteps = [];
  let ending = false;
  const end = (): void => {
    if (ending) return signals.exit(1);
    ending = true;
    log.info('shutting down');
    const late = setTimeout(() => {
      log.warn('shutdown took too long; ending as it is', { deadlineMs });
      signals.exit(1);
    }, deadlineMs);
    void closeAll(steps, log).then(() => {
      clearTimeout(late);
      signals.exit(0);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    signals.once(signal, () => {
      end();
      signals.once(signal, end);
    });
  }
  return { closing: (all) => void (steps = all) };
};

const closeAll = async (steps: ShutdownSteps, log: Log): Promise<void> => {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      log.warn('a part did not close cleanly', { error });
    }
  }
};
