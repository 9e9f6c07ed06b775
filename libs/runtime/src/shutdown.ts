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
  /** What to close, in this order. */
  steps: readonly (() => Promise<unknown>)[];
}

/** Ends the process in order on the first signal, at once on the second. */
export const onShutdown = ({ signals, log, deadlineMs, steps }: ShutdownOptions): void => {
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
};

const closeAll = async (steps: ShutdownOptions['steps'], log: Log): Promise<void> => {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      log.warn('a part did not close cleanly', { error });
    }
  }
};
