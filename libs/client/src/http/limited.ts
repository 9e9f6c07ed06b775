/**
 * A signal that is aborted after so many milliseconds, or with the other one.
 * Not AbortSignal.any and AbortSignal.timeout: on Node 20 the first is kept for as long as the signals it follows.
 */
export const limited = (ms: number, signal: AbortSignal | undefined): { signal: AbortSignal; end(): void } => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no whole reply within ${ms} ms`)), ms);
  const abort = (): void => limit.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: limit.signal,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
};
