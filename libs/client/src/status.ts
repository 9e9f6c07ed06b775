import type { HttpClient } from './http/http-client.js';
import { retryAfterMs } from './http/retry-after.js';
import type { ResetProgress } from './wire.js';

export interface StatusOptions {
  /** Seconds the reply may be held (25 at most) until there is an outcome; together with `ifNoneMatch`, until there is any change. */
  waitS?: number | undefined;
  /** The `etag` of what you have. */
  ifNoneMatch?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ResetState extends ResetProgress {
  etag: string;
  /** Milliseconds after which asking again is worth it; undefined once `done`. */
  retryAfterMs: number | undefined;
}

export interface Look {
  /** Undefined where nothing has changed. */
  state: ResetState | undefined;
  retryAfterMs: number | undefined;
}

export const lookAt = async (send: HttpClient, correlationId: string, { waitS, ifNoneMatch, signal }: StatusOptions): Promise<Look> => {
  const { status, headers, body } = await send<ResetProgress>({
    method: 'GET',
    path: `${pathOf(correlationId)}${waitS === undefined ? '' : `?wait=${Math.ceil(waitS)}`}`,
    headers: { 'If-None-Match': ifNoneMatch },
    heldMs: (waitS ?? 0) * 1_000,
    signal,
    members: ['status', 'done', 'logs', 'correlation_id', 'saga_id'],
  });
  const restMs = retryAfterMs(headers.get('retry-after'));
  return { state: status === 304 ? undefined : { ...body, etag: headers.get('etag') ?? '', retryAfterMs: restMs }, retryAfterMs: restMs };
};

export const pathOf = (correlationId: string): string => `/v1/order/reset/${encodeURIComponent(correlationId)}`;
