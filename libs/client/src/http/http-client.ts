import { CrossroadsError, TransportError, UnexpectedReplyError } from '../errors.js';
import { errorFor } from './error-for.js';
import { headersOf } from './headers.js';
import { limited } from './limited.js';
import { parsed } from './parsed.js';
import type { Reply } from './reply.js';

export interface Call<T> {
  method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  path: string;
  headers?: Record<string, string | undefined>;
  body?: string;
  /** Milliseconds the service may hold its reply, besides the time it has for any. */
  heldMs?: number;
  signal?: AbortSignal | undefined;
  /** Members without which a 2xx reply is not the one that was asked for. */
  members: readonly (keyof T & string)[];
}

/** One request and its reply: 2xx and 304 are answered, everything else is thrown as a CrossroadsError. */
export type HttpClient = <T extends object>(call: Call<T>) => Promise<Reply<T>>;

export interface HttpOptions {
  baseUrl: string;
  fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds a reply may take, to its last byte. */
  requestTimeoutMs?: number | undefined;
}

export const createHttpClient = ({ baseUrl, fetch = globalThis.fetch, requestTimeoutMs = 10_000 }: HttpOptions): HttpClient => {
  const base = baseOf(baseUrl);
  return async <T extends object>({ method, path, headers = {}, body, heldMs = 0, signal, members }: Call<T>) => {
    signal?.throwIfAborted();
    const sent = headersOf(headers);
    const limit = limited(requestTimeoutMs + heldMs, signal);
    try {
      const response = await fetch(`${base}${path}`, { method, headers: sent, ...(body !== undefined && { body }), redirect: 'manual', signal: limit.signal });
      const reply: Reply<unknown> = { status: response.status, headers: response.headers, body: parsed(await response.text()) };
      if (reply.status === 304 || (response.ok && has(reply.body, members))) return reply as Reply<T>;
      throw response.ok ? notOurs(reply) : errorFor(reply);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof CrossroadsError) throw error;
      throw noReply(base, error);
    } finally {
      limit.end();
    }
  };
};

const has = (body: unknown, members: readonly string[]): boolean => typeof body === 'object' && body !== null && members.every((member) => member in body);

const notOurs = ({ status, headers }: Reply<unknown>): UnexpectedReplyError =>
  new UnexpectedReplyError({
    message: `The reply is none of Crossroads (HTTP ${status}, ${headers.get('content-type') ?? 'no content type'}).`,
    advice: 'Check the base URL, and whether a proxy before it answers in its place.',
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryable: true,
  });

const baseOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('baseUrl must be a whole http or https URL, such as https://crossroads.example/api.');
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl must not hold a user name or password.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};

/** fetch says "fetch failed" and keeps the reason in its cause. */
const noReply = (base: string, error: unknown): TransportError => {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  const { message: deeper, code } = (cause ?? {}) as { message?: string; code?: string };
  const reason = deeper || code || message;
  return new TransportError({
    message: `No whole reply from ${base}: ${reason}.`,
    advice: 'Check that it is the right address and can be reached from here. Whether the request arrived is not known; it may be sent again with the same Idempotency-Key.',
    retryable: true,
    cause: error,
  });
};
