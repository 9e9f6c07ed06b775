import { CrossroadsError, TimedOutError } from './errors.js';
import type { HttpClient } from './http/http-client.js';
import { pause } from './http/pause.js';
import type { RetryPolicy } from './http/with-retries.js';
import { backoffDelay } from './http/with-retries.js';
import type { Look, ResetState } from './status.js';
import { lookAt } from './status.js';
import type { ResetProgress } from './wire.js';

export interface WaitOptions {
  /** Milliseconds to wait at most; five minutes when left out. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the first state and at every change, the last included. */
  onChange?: ((progress: ResetProgress) => void) | undefined;
}

/** Longest the service holds a reply, in seconds. */
const longestS = 25;

/** A rest between two looks where the service names none, in milliseconds. */
const restMs = 1_000;

/**
 * Looks until the reset is done, each look held by the service until there is news: a reset that waits for people is answered at once otherwise.
 * A look that was not held and brought no news is followed by the rest its Retry-After asks for; a failed one, by a growing one, for as long as there is time.
 */
export const waitFor = async (look: HttpClient, correlationId: string, policy: RetryPolicy, options: WaitOptions = {}): Promise<ResetProgress> => {
  const { timeoutMs = 300_000, signal, onChange } = options;
  const until = performance.now() + timeoutMs;
  const leftMs = (): number => until - performance.now();
  let known: ResetState | undefined;
  let failure: CrossroadsError | undefined;
  let failed = 0;

  for (;;) {
    const waitS = known === undefined && onChange ? 0 : Math.min(longestS, Math.max(0, Math.ceil(leftMs() / 1_000)));
    const began = performance.now();
    let rest: number;
    try {
      const seen = await lookAt(look, correlationId, { waitS, ifNoneMatch: known?.etag || undefined, signal });
      const news = seen.state !== undefined && seen.state.etag !== known?.etag;
      if (seen.state) known = seen.state;
      if (known && news) onChange?.(known);
      if (known?.done) return known;
      failed = 0;
      failure = undefined;
      rest = restOf(seen, news, performance.now() - began >= waitS * 900);
    } catch (error) {
      if (!(error instanceof CrossroadsError) || !error.retryable) throw error;
      failure = error;
      rest = backoffDelay(error, failed++, policy);
    }
    if (leftMs() <= rest) throw timedOut(correlationId, timeoutMs, known, failure);
    await pause(rest, signal);
  }
};

const restOf = ({ retryAfterMs = restMs }: Look, news: boolean, held: boolean): number => (news || held ? 0 : retryAfterMs * (1 + Math.random() / 4));

const timedOut = (correlationId: string, timeoutMs: number, progress: ResetProgress | undefined, cause: CrossroadsError | undefined): TimedOutError =>
  new TimedOutError({
    message: `The reset was not over within ${Math.round(timeoutMs / 1_000)} s${progress ? `; its status is ${progress.status}` : ''}.`,
    advice: 'It goes on by itself. Ask again later with the same correlation id.',
    correlationId,
    retryable: true,
    progress,
    cause,
  });
