/** Orderly shutdown of a process with child processes. */
export interface Shutdown {
  /** Aborted when the shutdown begins. */
  signal: AbortSignal;
  /** Adds a function to call at shutdown. The last one added runs first. */
  addCleanup(cleanup: () => Promise<unknown>): void;
  /** Runs all cleanups and exits with this code. */
  exit(code: number): Promise<void>;
  /** Prints the error's message and exits with code 1. Prints nothing when the shutdown had already begun. */
  fail(error: unknown): Promise<void>;
}

export const handleShutdown = (process: NodeJS.Process): Shutdown => {
  const abort = new AbortController();
  const cleanups: (() => Promise<unknown>)[] = [];
  let ended: Promise<void> | undefined;

  const exit = (code: number): Promise<void> => {
    ended ??= (async () => {
      abort.abort();
      for (const cleanup of cleanups.toReversed()) await cleanup().catch((error: unknown) => console.error(error));
      process.exit(code);
    })();
    return ended;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void exit(0));
  return {
    signal: abort.signal,
    addCleanup: (cleanup) => void cleanups.push(cleanup),
    exit,
    fail: async (error) => {
      if (abort.signal.aborted) return ended;
      console.error(error instanceof Error ? error.message : error);
      return exit(1);
    },
  };
};
