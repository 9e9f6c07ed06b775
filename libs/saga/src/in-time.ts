import { StepUnavailable } from './errors.js';
import type { Step } from './step.js';

/** Runs one attempt of a step; aborts its signal and throws StepUnavailable when the step's time is up. */
export const inTime = async <T>({ name, timeoutMs }: Pick<Step, 'name' | 'timeoutMs'>, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const late = new StepUnavailable('step.timed_out', `${name} took longer than ${timeoutMs} ms.`);
      abort.abort(late);
      reject(late);
    }, timeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([attempt(abort.signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
};
