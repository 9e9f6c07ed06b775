import type { HttpClient } from './http/http-client.js';
import type { ResetProgress } from './wire.js';

export interface StatusOptions {
  /** Seconds that the service may hold the reply (25 at most) until there is an outcome; with `ifNoneMatch`, until the next change. */
  waitS?: number | undefined;
  /** The `etag` of the last state that you received. */
  ifNoneMatch?: string | undefined;
  /**
   * The part of the log: `none` (default), `since:N` for the entries after the first N, or `all`.
   * Only `all` includes the BOLs and drops of snapshots.
   */
  logs?: 'none' | 'all' | `since:${number}` | undefined;
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
export const pollStatus = async (send: HttpClient, correlationId: string, { waitS, ifNoneMatch, logs, signal }: StatusOptions): Promise<PollResult> => {
  const query = new URLSearchParams({ ...(waitS !== undefined && { wait: String(Math.ceil(waitS)) }), ...(logs !== undefined && { logs }) }).toString();
  const { status, headers, body, retryAfterMs } = await send<ResetProgress>({
    method: 'GET',
    path: `${pathOf(correlationId)}${query && `?${query}`}`,
    headers: { 'If-None-Match': ifNoneMatch },
    heldMs: (waitS ?? 0) * 1_000,
    signal,
    members: ['status', 'done', 'logs', 'correlation_id', 'saga_id'],
  });
  return { state: status === 304 ? undefined : { ...body, etag: headers.get('etag') ?? '', retryAfterMs }, retryAfterMs };
};

export const pathOf = (correlationId: string): string => `/v1/order/reset/${encodeURIComponent(correlationId)}`;
