import { digest, matches, parseApiKey } from './api-key.js';
import type { Credentials, Tenant } from './caller.js';
import { NotAllowed } from './caller.js';
import type { Tokens } from './tokens.js';
import { TtlCache } from './ttl-cache.js';

interface CredentialRecord {
  sha256: string;
  scopes: readonly string[];
  expires_at: Date | null;
  revoked_at: Date | null;
  /** For a key: its tenant with its one instance. For a client: its tenants with all their instances. */
  tenants: readonly Tenant[];
}

/** Reads stored credentials by id. */
export interface CredentialStore {
  key(id: string): Promise<CredentialRecord | undefined>;
  client(id: string): Promise<CredentialRecord | undefined>;
}

/** Milliseconds that a record is cached. A revoked key works for at most this time; the documented maximum is a minute. */
const cacheTtlMs = 30_000;

/** Returns the same error for all invalid credentials, so that an attacker learns nothing from it. */
const invalidCredentials = (): NotAllowed => new NotAllowed(401, 'Missing or invalid credentials. Send an API key in X-API-Key, or a token from /auth/token as Authorization: Bearer.');

/** Two credentials are an error even if both are valid or equal, because a proxy may have added one. */
const severalCredentials = (): NotAllowed => new NotAllowed(401, 'The request has more than one credential. Send either X-API-Key or Authorization: Bearer, and send it once.');

/** A record for unknown ids, so that unknown ids and wrong secrets take the same time. */
const unknownRecord: CredentialRecord = { sha256: digest('unknown'), scopes: [], expires_at: null, revoked_at: new Date(0), tenants: [] };

export interface Authenticator {
  /** Returns the credentials of a request. Throws NotAllowed if they are missing or invalid. Takes Node's raw header list, which has repeated headers. */
  authenticate(rawHeaders: readonly string[]): Promise<Credentials>;
  /**
   * Issues a token for a client, with the requested scopes or all of the client. Returns the token and its scopes.
   * Throws NotAllowed if the id or secret is wrong, and ScopeNotGranted if the client lacks a requested scope.
   */
  logIn(clientId: string, secret: string, requested?: readonly string[]): Promise<{ token: string; scopes: readonly string[] }>;
}

/** A client requested a scope that it does not have. */
export class ScopeNotGranted extends Error {
  override readonly name = 'ScopeNotGranted';
}

export const createAuthenticator = (store: CredentialStore, tokens: Tokens, now: () => number = () => Date.now()): Authenticator => {
  const keys = new TtlCache((id: string) => store.key(id), cacheTtlMs, now);
  const clients = new TtlCache((id: string) => store.client(id), cacheTtlMs, now);

  const isValid = ({ expires_at, revoked_at }: CredentialRecord): boolean => revoked_at === null && (expires_at === null || expires_at.getTime() > now());

  return {
    async authenticate(rawHeaders) {
      const [text, another] = credentialsIn(rawHeaders);
      if (another !== undefined) throw severalCredentials();
      if (text === undefined) throw invalidCredentials();
      const key = parseApiKey(text);
      if (key) {
        const record = (await keys.get(key.id)) ?? unknownRecord;
        if (!matches(key.secret, record.sha256) || !isValid(record)) throw invalidCredentials();
        return { id: `key:${key.id}`, kind: 'key', tenants: record.tenants, scopes: record.scopes };
      }
      const claims = await tokens.read(text);
      const record = claims && (await clients.get(claims.clientId));
      if (!record || !isValid(record)) throw invalidCredentials();
      const scopes = record.scopes.filter((scope) => claims.scopes?.includes(scope) ?? true);
      return { id: `client:${claims.clientId}`, kind: 'token', tenants: record.tenants, scopes };
    },

    async logIn(clientId, secret, requested) {
      const record = (await clients.get(clientId)) ?? unknownRecord;
      if (!matches(secret, record.sha256) || !isValid(record)) throw invalidCredentials();
      if (requested?.some((scope) => !record.scopes.includes(scope))) throw new ScopeNotGranted('The client does not have a scope that it requested.');
      return { token: await tokens.issue({ clientId, ...(requested && { scopes: requested }) }), scopes: requested ?? record.scopes };
    },
  };
};

/** Returns the keys and tokens of a request. One of another scheme than Bearer is an empty text. */
const credentialsIn = (rawHeaders: readonly string[]): string[] => {
  const found: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!.trim();
    if (name === 'x-api-key') found.push(value);
    if (name === 'authorization') found.push(/^bearer +(\S+)$/i.exec(value)?.[1] ?? '');
  }
  return found;
};
