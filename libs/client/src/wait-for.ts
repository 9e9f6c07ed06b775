import { CrossroadsError, TimedOutError } from './errors.js';
import type { HttpClient } from './http/http-client.js';
import { pause } from './http/pause.js';
import type { RetryPolicy } from './http/with-retries.js';
import { backoffDelay } from './http/with-retries.js';
import type { PollResult, ResetState } from './status.js';
import { pollStatus } from './status.js';
import type { ResetProgress } from './wire.js';

export interface WaitOptions {
  /** Maximum milliseconds to wait. Default: five minutes. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the first state and with each change, including the last one. */
  onChange?: ((progress: ResetProgress) => void) | undefined;
}

/** Maximum seconds that the service holds a reply. */
const maxHeldS = 25;

/** Default milliseconds between two polls, for a reply without Retry-After. */
const defaultDelayMs = 1_000;

/**
 * Polls until the reset is done. The service holds each reply until the next change. Each reply has only the log entries since the last one.
 * Sends the last ETag, because a reset that waits for approval would otherwise be returned at once.
 * After a reply without a change that was not held, waits for its Retry-After. After a retryable error, waits with a growing delay.
 */
export const waitFor = async (send: HttpClient, correlationId: string, policy: RetryPolicy, options: WaitOptions = {}): Promise<ResetProgress> => {
  const { timeoutMs = 300_000, signal, onChange } = options;
  const until = performance.now() + timeoutMs;
  const remainingMs = (): number => until - performance.now();
  let known: ResetState | undefined;
  let lastError: CrossroadsError | undefined;
  let failed = 0;

  for (;;) {
    const waitS = known === undefined && onChange ? 0 : Math.min(maxHeldS, Math.max(0, Math.ceil(remainingMs() / 1_000)));
    const sentAt = performance.now();
    let delayMs: number;
    try {
      const result = await pollStatus(send, correlationId, { waitS, ifNoneMatch: known?.etag || undefined, logs: `since:${known?.logs.length ?? 0}`, signal });
      const hasChanged = result.state !== undefined && result.state.etag !== known?.etag;
      if (result.state) known = { ...result.state, logs: withNewEntries(known?.logs ?? [], result.state.logs) };
      if (known && hasChanged) onChange?.(known);
      if (known?.done) return known;
      failed = 0;
      lastError = undefined;
      delayMs = delayAfter(result, hasChanged, performance.now() - sentAt >= waitS * 900);
    } catch (error) {
      if (!(error instanceof CrossroadsError) || !error.retryable) throw error;
      lastError = error;
      delayMs = backoffDelay(error, failed++, policy);
    }
    if (remainingMs() <= delayMs) throw timedOut(correlationId, timeoutMs, known, lastError);
    await pause(delayMs, signal);
  }
};

/** Returns the complete log. A reply has only the entries after those that the client sent the number of, and a proxy may repeat an older reply. */
const withNewEntries = (known: ResetProgress['logs'], received: ResetProgress['logs']): ResetProgress['logs'] => {
  const ids = new Set(known.map(({ _id }) => _id));
  return [...known, ...received.filter(({ _id }) => !ids.has(_id))];
};

const delayAfter = ({ retryAfterMs = defaultDelayMs }: PollResult, hasChanged: boolean, wasHeld: boolean): number => (hasChanged || wasHeld ? 0 : retryAfterMs * (1 + Math.random() / 4));

const timedOut = (correlationId: string, timeoutMs: number, progress: ResetProgress | undefined, cause: CrossroadsError | undefined): TimedOutError =>
  new TimedOutError({
    message: `The reset has not finished within ${Math.round(timeoutMs / 1_000)} s${progress ? `; its status is ${progress.status}` : ''}.`,
    advice: 'The reset continues. Poll again later with the same correlation id.',
    correlationId,
    retryable: true,
    progress,
    cause,
  });
