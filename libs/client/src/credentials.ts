import { NotAuthenticatedError } from './errors.js';
import type { HttpClient } from './http/http-client.js';
import { unlessAborted } from './http/pause.js';
import type { TokenReply } from './wire.js';

/** An API key, which names its tenant by itself; or a client, which has to say for which of its tenants it speaks. */
export type CredentialOptions =
  | { apiKey: string; clientId?: undefined; clientSecret?: undefined; tenantName?: string | undefined }
  | { clientId: string; clientSecret: string; apiKey?: undefined; tenantName: string };

export interface Credentials {
  /** What a request carries to be let in. */
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** After a 401 to these headers: whether new ones may do better. */
  renew(used: Record<string, string>): boolean;
}

export const createCredentials = (options: CredentialOptions, send: HttpClient): Credentials => {
  const { apiKey, clientId, clientSecret } = options;
  if (apiKey !== undefined) {
    if (apiKey.trim() === '') throw new TypeError('apiKey is empty.');
    return { headers: async () => ({ 'X-API-Key': apiKey }), renew: () => false };
  }
  if (!clientId || !clientSecret) throw new TypeError('Give apiKey, or clientId and clientSecret.');
  if (!options.tenantName) throw new TypeError('A client speaks for several tenants: give tenantName as well.');
  return clientCredentials(clientId, clientSecret, send);
};

/** A token is asked for once, whoever needs it, and again well before it ends. */
const clientCredentials = (clientId: string, clientSecret: string, send: HttpClient): Credentials => {
  let token: { header: Promise<string>; until: number; known?: string } | undefined;

  const ask = async (): Promise<TokenReply> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return (await send<TokenReply>({ method: 'POST', path: '/auth/token', headers, body, members: ['access_token', 'expires_in'] })).body;
  };

  const renewed = (): Promise<string> => {
    const began = Date.now();
    const header = ask().then(({ access_token, expires_in }) => {
      fresh.until = began + expires_in * 1_000 - Math.min(60_000, expires_in * 100);
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
    headers: async (signal) => ({ Authorization: await unlessAborted(token && Date.now() < token.until ? token.header : renewed(), signal) }),
    renew: ({ Authorization }) => {
      // Another call may have brought a new one already.
      if (token?.known === Authorization) token = undefined;
      return true;
    },
  };
};

/** Sends with credentials. A token that is no longer taken, such as after the service changed its secret, is replaced once. */
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
