import { CrossroadsError, TransportError, UnexpectedReplyError, ValidationError } from '../errors.js';
import type { Reply } from './error-for.js';
import { errorFor } from './error-for.js';
import { retryAfterMs } from './retry-after.js';

export interface Call<T> {
  method: 'GET' | 'POST';
  /** Path and query, relative to the base URL. */
  path: string;
  headers?: Record<string, string | undefined>;
  body?: string;
  /** Milliseconds that the service may hold its reply, in addition to the request timeout. */
  heldMs?: number;
  signal?: AbortSignal | undefined;
  /** Required members of a 2xx body. Without them, the reply is from another server. */
  members: readonly (keyof T & string)[];
}

/** Sends a request. Resolves for 2xx and 304. Rejects with a CrossroadsError otherwise. */
export type HttpClient = <T extends object>(call: Call<T>) => Promise<Reply<T>>;

export interface HttpOptions {
  baseUrl: string;
  fetch?: typeof globalThis.fetch | undefined;
  /** Maximum milliseconds for a complete reply. */
  requestTimeoutMs?: number | undefined;
}

export const createHttpClient = ({ baseUrl, fetch = globalThis.fetch, requestTimeoutMs = 10_000 }: HttpOptions): HttpClient => {
  const base = normalizeBaseUrl(baseUrl);
  return async <T extends object>({ method, path, headers: given = {}, body, heldMs = 0, signal, members }: Call<T>) => {
    signal?.throwIfAborted();
    const encodedHeaders = encodeHeaders(given);
    const timeout = signalWithTimeout(requestTimeoutMs + heldMs, signal);
    try {
      const response = await fetch(`${base}${path}`, { method, headers: encodedHeaders, ...(body !== undefined && { body }), redirect: 'manual', signal: timeout.signal });
      const { status, headers } = response;
      const reply: Reply<unknown> = { status, headers, body: parseJson(await response.text()), retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()) };
      if (reply.status === 304 || (response.ok && hasMembers(reply.body, members))) return reply as Reply<T>;
      throw response.ok ? unexpectedBody(reply) : errorFor(reply);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof CrossroadsError) throw error;
      throw noReply(base, error);
    } finally {
      timeout.clear();
    }
  };
};

const hasMembers = (body: unknown, members: readonly string[]): boolean => typeof body === 'object' && body !== null && members.every((member) => member in body);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Encodes header values as UTF-8 bytes, because fetch sends one byte per character. Throws ValidationError for a value that no header can contain. */
const encodeHeaders = (given: Record<string, string | undefined>): Headers => {
  const headers = new Headers({ Accept: 'application/json' });
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    try {
      headers.set(name, String.fromCharCode(...new TextEncoder().encode(value)));
    } catch {
      const msg = 'Value contains characters that are not allowed in a header';
      throw new ValidationError({ message: `header.${name}: ${msg}.`, advice: 'Correct the value. Nothing was sent.', detail: [{ type: 'string_pattern_mismatch', loc: ['header', name], msg }] });
    }
  }
  return headers;
};

/**
 * Returns a signal that aborts after `ms` milliseconds, or together with `signal`.
 * Node 20 keeps the result of AbortSignal.any as long as the signals it follows, so this function does not use AbortSignal.any.
 */
const signalWithTimeout = (ms: number, signal: AbortSignal | undefined): { signal: AbortSignal; clear(): void } => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no complete reply within ${ms} ms`)), ms);
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
};

const unexpectedBody = ({ status, headers }: Reply<unknown>): UnexpectedReplyError =>
  new UnexpectedReplyError({
    message: `The reply is not from Crossroads (HTTP ${status}, ${headers.get('content-type') ?? 'no content type'}).`,
    advice: 'Check the base URL, and whether a proxy responds in place of the service.',
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryable: true,
  });

const normalizeBaseUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('baseUrl must be a complete http or https URL, such as https://crossroads.example/api.');
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl must not contain a user name or password.');
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
};

/** Returns the error for a missing or incomplete reply. fetch reports only "fetch failed"; its cause has the reason. */
const noReply = (base: string, error: unknown): TransportError => {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  const { message: causeMessage, code } = (cause ?? {}) as { message?: string; code?: string };
  const reason = causeMessage || code || message;
  return new TransportError({
    message: `No complete reply from ${base}: ${reason}.`,
    advice: 'Check the base URL and the network connection. The request may have arrived. You can send it again with the same Idempotency-Key.',
    retryable: true,
    cause: error,
  });
};
