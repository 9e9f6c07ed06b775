import { RetryableError } from '@crossroads/saga';

/**
 * Runs `work` until it completes, `ms` have passed or `signal` is aborted, whichever comes first.
 * Throws RetryableError in the last two cases, even when `work` ignores the signal that it is given.
 */
export const withDeadline = async <T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const abort = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
  });
  const interrupt = () => abort.abort(new RetryableError('destination.interrupted', 'The attempt was interrupted before the destination replied.'));
  const timer = setTimeout(() => {
    abort.abort(new RetryableError('destination.timed_out', `The destination sent no complete reply within ${ms} ms.`));
  }, ms);
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    return await Promise.race([stopped, work(abort.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
};
