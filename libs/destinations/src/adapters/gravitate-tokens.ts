import { RetryableError } from '@crossroads/saga';
import type { AdapterTools } from '../adapter.js';
import type { DestinationInstance } from '../destination-instance.js';
import type { HttpClient } from '../http-client.js';
import { jsonIn } from '../reply-text.js';
import { describeStatus, isUnknownOutcome, unknownOutcome } from '../unknown-outcome.js';
import { withDeadline } from '../with-deadline.js';

/** Milliseconds before its expiry from which a token is no longer used, so that it cannot expire in transit. */
const expiryMarginMs = 60_000;

/** Lifetime in seconds that is assumed when the reply has no `expires_in`. */
const defaultLifetimeS = 300;

interface CachedToken {
  /** Address and secret of the token request. Another address or secret needs another token. */
  cacheKey: string;
  token: Promise<Token>;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

interface Token {
  text: string;
  lifetimeS: number;
}

/** Caches one token per instance. Concurrent callers share one token request. */
export const gravitateTokens = ({ send, now, totalMs }: AdapterTools) => {
  const cache = new Map<string, CachedToken>();

  const fetchFor = (instance: DestinationInstance, secret: string, cacheKey: string): CachedToken => {
    // The request has its own deadline: the first caller may be interrupted while other callers still need the token.
    const token = withDeadline(totalMs, new AbortController().signal, (signal) => fetchToken(send, instance, secret, now, signal));
    const entry: CachedToken = { cacheKey, token, expiresAt: Infinity };
    cache.set(instance.id, entry);
    token.then(
      ({ lifetimeS }) => {
        entry.expiresAt = now().getTime() + lifetimeS * 1000 - Math.min(expiryMarginMs, lifetimeS * 500);
      },
      () => {
        if (cache.get(instance.id) === entry) cache.delete(instance.id);
      },
    );
    return entry;
  };

  return {
    async get(instance: DestinationInstance, secret: string, signal: AbortSignal): Promise<string> {
      signal.throwIfAborted();
      const cacheKey = `${instance.url} ${secret}`;
      const cached = cache.get(instance.id);
      const usable = cached?.cacheKey === cacheKey && now().getTime() < cached.expiresAt;
      return (await (usable ? cached : fetchFor(instance, secret, cacheKey)).token).text;
    },
    drop(instance: DestinationInstance): void {
      cache.delete(instance.id);
    },
  };
};

const fetchToken = async (
  send: HttpClient,
  { name, url }: DestinationInstance,
  secret: string,
  now: () => Date,
  signal: AbortSignal,
): Promise<Token> => {
  const reply = await send(
    {
      method: 'POST',
      url: endpointUrl(url, 'token'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(credentialsIn(secret, name)).toString(),
    },
    signal,
  );
  if (isUnknownOutcome(reply.status)) throw unknownOutcome(describeStatus(name, reply.status), reply.retryAfter, now());
  if (reply.status >= 300) throw credentialsRejected(name, `${name} rejected the token request (HTTP ${reply.status}).`);
  const { access_token: text, expires_in: lifetimeS } = jsonIn(reply.text);
  // The token becomes part of a header. A character that is invalid there would look like a bug in this service.
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) throw credentialsRejected(name, `The token reply of ${name} contains no usable token.`);
  return { text, lifetimeS: typeof lifetimeS === 'number' && lifetimeS > 0 ? lifetimeS : defaultLifetimeS };
};

/** Parses the secret, a JSON object with `client_id`, `client_secret` and, optionally, `scope`. */
const credentialsIn = (secret: string, name: string): Record<string, string> => {
  const { client_id, client_secret, scope = 'io.w' } = jsonIn(secret);
  if (typeof client_id === 'string' && typeof client_secret === 'string' && typeof scope === 'string') return { client_id, client_secret, scope };
  throw new RetryableError(
    'destination.secret_unusable',
    `The secret of ${name} is not a JSON object with client_id and client_secret. Correct the secret, then resume.`,
  );
};

const credentialsRejected = (name: string, message: string) =>
  new RetryableError('destination.credentials_rejected', `${message} Check the credentials of ${name}.`);

/** Returns the URL of `path` below a base address that may end in a slash. */
export const endpointUrl = (base: string, path: string): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/(?<!\/)\/+$/, '')}/${path}`;
  return url.href;
};
