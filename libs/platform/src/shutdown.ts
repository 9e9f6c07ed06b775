import type { Log } from './log.js';

/** The part of `process` that a shutdown needs. main.ts passes it. */
export interface Signals {
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): never;
}

export interface ShutdownOptions {
  signals: Signals;
  log: Log;
  /** Milliseconds for all steps together. After them, the process exits without the remaining steps. No accepted saga is lost by that. */
  deadlineMs: number;
}

/** The steps of a shutdown, in this order. */
export type ShutdownSteps = readonly (() => Promise<unknown>)[];

export interface Shutdown {
  /** Sets the steps of the shutdown. Before this call, a signal ends the process at once. */
  closing(steps: ShutdownSteps): void;
}

/**
 * Closes the process on the first signal, and ends it at once on the second. The exit code is 0 after all steps, otherwise 1.
 * Must be the first call of a main.ts, because a signal may arrive while the process still connects to its stores.
 * Process 1 of a container ignores a signal without a listener.
 */
export const onShutdown = ({ signals, log, deadlineMs }: ShutdownOptions): Shutdown => {
  let steps: ShutdownSteps = [];
  let ending = false;
  const end = (): void => {
    if (ending) return signals.exit(1);
    ending = true;
    log.info('shutting down');
    const timeout = setTimeout(() => {
      log.warn('shutdown timed out; the process exits without closing all parts', { deadlineMs });
      signals.exit(1);
    }, deadlineMs);
    void closeAll(steps, log).then(() => {
      clearTimeout(timeout);
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
      log.warn('a shutdown step failed; the next step continues', { error });
    }
  }
};
