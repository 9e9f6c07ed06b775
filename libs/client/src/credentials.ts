import { NotAuthenticatedError } from './errors.js';
import type { HttpClient } from './http/http-client.js';
import { unlessAborted } from './http/pause.js';
import type { TokenReply } from './wire.js';

/** An API key, which belongs to one tenant, or a client's id and secret. A client may belong to several tenants, so it needs `tenantName`. */
export type CredentialOptions =
  | { apiKey: string; clientId?: undefined; clientSecret?: undefined; tenantName?: string | undefined }
  | { clientId: string; clientSecret: string; apiKey?: undefined; tenantName: string };

export interface Credentials {
  /** Returns the headers that authenticate a request. */
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** Called after a 401. Discards the used headers. Returns whether new headers may be accepted. */
  renew(used: Record<string, string>): boolean;
}

export const createCredentials = (options: CredentialOptions, send: HttpClient): Credentials => {
  const { apiKey, clientId, clientSecret } = options;
  if (apiKey !== undefined) {
    if (apiKey.trim() === '') throw new TypeError('apiKey is empty.');
    return { headers: async () => ({ 'X-API-Key': apiKey }), renew: () => false };
  }
  if (!clientId || !clientSecret) throw new TypeError('Set apiKey, or clientId and clientSecret.');
  if (!options.tenantName) throw new TypeError('clientId requires tenantName, because a client may belong to several tenants.');
  return clientCredentials(clientId, clientSecret, send);
};

/** Requests a token once for all concurrent calls, and another one before it expires. */
const clientCredentials = (clientId: string, clientSecret: string, send: HttpClient): Credentials => {
  let token: { header: Promise<string>; until: number; known?: string } | undefined;

  const requestToken = async (): Promise<TokenReply> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return (await send<TokenReply>({ method: 'POST', path: '/auth/token', headers, body, members: ['access_token', 'expires_in'] })).body;
  };

  const renewToken = (): Promise<string> => {
    const requestedAt = Date.now();
    const header = requestToken().then(({ access_token, expires_in }) => {
      fresh.until = requestedAt + expires_in * 1_000 - Math.min(60_000, expires_in * 100);
      return (fresh.known = `Bearer ${access_token}`);
    });
    const fresh: NonNullable<typeof token> = { header, until: Number.POSITIVE_INFINITY };
    token = fresh;
    header.catch(() => {
      if (token === fresh) token = undefined;
    });
    return header;
  };

  return {
    headers: async (signal) => ({ Authorization: await unlessAborted(token && Date.now() < token.until ? token.header : renewToken(), signal) }),
    renew: ({ Authorization }) => {
      // Another call may have renewed the token already.
      if (token?.known === Authorization) token = undefined;
      return true;
    },
  };
};

/** Adds credentials to each call. Renews a rejected token once, for example after the service changed its secret. */
export const withCredentials =
  (credentials: Credentials, send: HttpClient): HttpClient =>
  async (call) => {
    const used = await credentials.headers(call.signal);
    try {
      return await send({ ...call, headers: { ...call.headers, ...used } });
    } catch (error) {
      if (!(error instanceof NotAuthenticatedError) || !credentials.renew(used)) throw error;
      return send({ ...call, headers: { ...call.headers, ...(await credentials.headers(call.signal)) } });
    }
  };
