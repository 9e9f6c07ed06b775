import type { HttpError } from '../http-error.js';
import type { Reset, Resets } from '../resets.js';

/** Milliseconds a caller is kept waiting for a worker to finish what it is at: a step on our own data lasts a few. */
const patienceMs = 1_200;
const pauseMs = 60;

/** Tries until `attempt` answers, reading the reset anew each time; gives up after about a second. */
export const retryFor = async <T>(
  first: Reset,
  resets: Resets,
  attempt: (reset: Reset) => Promise<T | undefined>,
  givingUp: (last: Reset) => HttpError,
): Promise<T> => {
  const began = performance.now();
  let reset = first;
  for (;;) {
    const answer = await attempt(reset);
    if (answer !== undefined) return answer;
    if (performance.now() - began > patienceMs) throw givingUp(reset);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    reset = await resets.again(reset);
  }
};
