import type { HttpClient } from './http/http-client.js';
import { retryAfterMs } from './http/retry-after.js';
import type { ResetProgress } from './wire.js';

export interface StatusOptions {
  /** Seconds that the service may hold the reply (25 at most) until there is an outcome; with `ifNoneMatch`, until the next change. */
  waitS?: number | undefined;
  /** The `etag` of the last state that you received. */
  ifNoneMatch?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ResetState extends ResetProgress {
  etag: string;
  /** Milliseconds until the next poll; undefined once `done`. */
  retryAfterMs: number | undefined;
}

export interface PollResult {
  /** Undefined without a change. */
  state: ResetState | undefined;
  retryAfterMs: number | undefined;
}

/** Reads the state of a reset with one request. */
export const pollStatus = async (send: HttpClient, correlationId: string, { waitS, ifNoneMatch, signal }: StatusOptions): Promise<PollResult> => {
  const { status, headers, body } = await send<ResetProgress>({
    method: 'GET',
    path: `${pathOf(correlationId)}${waitS === undefined ? '' : `?wait=${Math.ceil(waitS)}`}`,
    headers: { 'If-None-Match': ifNoneMatch },
    heldMs: (waitS ?? 0) * 1_000,
    signal,
    members: ['status', 'done', 'logs', 'correlation_id', 'saga_id'],
  });
  const pollAgainMs = retryAfterMs(headers.get('retry-after'), Date.now());
  return { state: status === 304 ? undefined : { ...body, etag: headers.get('etag') ?? '', retryAfterMs: pollAgainMs }, retryAfterMs: pollAgainMs };
};

export const pathOf = (correlationId: string): string => `/v1/order/reset/${encodeURIComponent(correlationId)}`;
