import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaMetadata } from '@crossroads/store';
import type { HttpError } from '../http-error.js';
import type { Reset, Resets } from '../resets.js';

/** Names the tenant that decides, and its reason as a code of its own. */
export interface Decision {
  by: string;
  reasonCode: string | null;
}

export interface DecisionPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaMetadata>;
  /** Enqueues the saga of a reset. Best effort: the sweep enqueues it otherwise. */
  enqueue(reset: Reset): void;
}

/** Milliseconds to wait for a worker that runs the saga. A step on our own data takes a few milliseconds. */
const timeoutMs = 1_200;
const pauseMs = 60;

/** Reads the reset and calls `decide` until `decide` returns a result. Throws `timeoutError` after about a second without one. */
export const retryWhileBusy = async <T>(
  first: Reset,
  resets: Resets,
  decide: (reset: Reset) => Promise<T | undefined>,
  timeoutError: (last: Reset) => HttpError,
): Promise<T> => {
  const startedAt = performance.now();
  let reset = first;
  for (;;) {
    const result = await decide(reset);
    if (result !== undefined) return result;
    if (performance.now() - startedAt > timeoutMs) throw timeoutError(reset);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    reset = await resets.again(reset);
  }
};
