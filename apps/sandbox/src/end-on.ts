/** The orderly end of a process that has children. */
export interface Ending {
  /** Aborted when the end begins. */
  signal: AbortSignal;
  /** Adds something to do at the end. The last added is done first. */
  atLast(last: () => Promise<unknown>): void;
  /** Ends now, with this exit code. */
  now(code: number): Promise<void>;
  /** Says what went wrong in one sentence and ends with 1; silent when the end had begun already. */
  failed(error: unknown): Promise<void>;
}

export const endOn = (process: NodeJS.Process): Ending => {
  const abort = new AbortController();
  const lasts: (() => Promise<unknown>)[] = [];
  let ended: Promise<void> | undefined;

  const now = (code: number): Promise<void> => {
    ended ??= (async () => {
      abort.abort();
      for (const last of lasts.toReversed()) await last().catch((error: unknown) => console.error(error));
      process.exit(code);
    })();
    return ended;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void now(0));
  return {
    signal: abort.signal,
    atLast: (last) => void lasts.push(last),
    now,
    failed: async (error) => {
      if (abort.signal.aborted) return ended;
      console.error(error instanceof Error ? error.message : error);
      return now(1);
    },
  };
};
