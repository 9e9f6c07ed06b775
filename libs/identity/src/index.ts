/** Who is calling, and what they may do. The only importer of jose. */
export { digest, newApiKey } from './api-key.js';
export type { Authenticator, CredentialStore } from './authenticate.js';
export { createAuthenticator } from './authenticate.js';
export type { Caller, Credentials, Instance, Scope, Tenant } from './caller.js';
export { callerFor, NotAllowed, scopes } from './caller.js';
export { TtlCache } from './ttl-cache.js';
export { createTokens, tokenLifetimeS } from './tokens.js';
