import { digest, matches, parseApiKey } from './api-key.js';
import type { Credentials, Tenant } from './caller.js';
import { NotAllowed } from './caller.js';
import { TtlCache } from './ttl-cache.js';
import type { Tokens } from './tokens.js';

interface Record {
  sha256: string;
  scopes: readonly string[];
  expires_at: Date | null;
  revoked_at: Date | null;
  /** Of a key: its tenant with its instance alone. Of a client: its tenants with all their instances. */
  tenants: readonly Tenant[];
}

/** Where credentials are kept. */
export interface CredentialStore {
  key(id: string): Promise<Record | undefined>;
  client(id: string): Promise<Record | undefined>;
}

/** Milliseconds a record is remembered: how long a revoked key may still work, well within the promised minute. */
const cachedMs = 30_000;

/** One text for every way to fail, so that nothing is learnt from failing. */
const notLetIn = (): NotAllowed => new NotAllowed(401, 'Missing or invalid credentials. Send an API key in X-API-Key, or a token from /auth/token as Bearer.');

/** Compared with when the id is unknown, so that unknown and wrong take the same time. */
const nobody: Record = { sha256: digest('nobody'), scopes: [], expires_at: null, revoked_at: new Date(0), tenants: [] };

export interface Authenticator {
  /** Credentials of the request; throws NotAllowed. Takes Node's raw header list, in which a repeated header shows. */
  authenticate(rawHeaders: readonly string[]): Promise<Credentials>;
  /** A token for a client that knows its secret; throws NotAllowed. */
  logIn(clientId: string, secret: string): Promise<string>;
}

export const createAuthenticator = (store: CredentialStore, tokens: Tokens, now: () => number = Date.now): Authenticator => {
  const keys = new TtlCache((id: string) => store.key(id), cachedMs, now);
  const clients = new TtlCache((id: string) => store.client(id), cachedMs, now);

  const valid = ({ expires_at, revoked_at }: Record): boolean => revoked_at === null && (expires_at === null || expires_at.getTime() > now());

  return {
    async authenticate(rawHeaders) {
      const text = credentialsIn(rawHeaders);
      if (text === undefined) throw notLetIn();
      const key = parseApiKey(text);
      if (key) {
        const record = (await keys.get(key.id)) ?? nobody;
        if (!matches(key.secret, record.sha256) || !valid(record)) throw notLetIn();
        return { id: `key:${key.id}`, kind: 'key', tenants: record.tenants, scopes: record.scopes };
      }
      const clientId = await tokens.clientOf(text);
      const record = clientId === undefined ? undefined : await clients.get(clientId);
      if (!record || !valid(record)) throw notLetIn();
      return { id: `client:${clientId}`, kind: 'token', tenants: record.tenants, scopes: record.scopes };
    },

    async logIn(clientId, secret) {
      const record = (await clients.get(clientId)) ?? nobody;
      if (!matches(secret, record.sha256) || !valid(record)) throw notLetIn();
      return tokens.issue(clientId);
    },
  };
};

/** The one key or token a request carries. Two of them, even equal ones, are none: somebody in between added one. */
const credentialsIn = (rawHeaders: readonly string[]): string | undefined => {
  const found: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!.trim();
    if (name === 'x-api-key') found.push(value);
    if (name === 'authorization') found.push(/^bearer +(\S+)$/i.exec(value)?.[1] ?? '');
  }
  return found.length === 1 ? found[0] : undefined;
};
