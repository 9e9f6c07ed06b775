import { StepUnavailable } from './errors.js';
import type { Step } from './step.js';

/** Runs one attempt of a step; aborts its signal and throws StepUnavailable when the step's time is up. */
export type InTime = <T>(step: Pick<Step, 'name' | 'timeoutMs'>, attempt: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export const inTime: InTime = async ({ name, timeoutMs }, attempt) => {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const late = tookTooLong({ name, timeoutMs });
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

export const tookTooLong = ({ name, timeoutMs }: Pick<Step, 'name' | 'timeoutMs'>): StepUnavailable =>
  new StepUnavailable('step.timed_out', `${name} took longer than ${timeoutMs} ms.`);
