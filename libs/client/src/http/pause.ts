/** Waits `ms` milliseconds. Rejects with the signal's reason after an abort. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout>;
  const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return unlessAborted(elapsed, signal).finally(() => clearTimeout(timer));
};

/** Returns the result of the promise. Rejects with the signal's reason if the signal aborts first. */
export const unlessAborted = <T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> => {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
};
