import { RetryableError } from '@crossroads/saga';

/**
 * Runs `work` until it is done, `ms` are over, or `signal` is aborted, whichever comes first.
 * Work that does not heed the signal it is given is left behind. Throws StepUnavailable in the two latter cases.
 */
export const within = async <T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const abort = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
  });
  const interrupt = () => abort.abort(new RetryableError('destination.interrupted', 'Interrupted before the destination answered.'));
  const timer = setTimeout(() => {
    abort.abort(new RetryableError('destination.timed_out', `No whole answer within ${ms} ms.`));
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
