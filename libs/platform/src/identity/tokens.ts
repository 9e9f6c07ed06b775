import { jwtVerify, SignJWT } from 'jose';

/** Lifetime of a token, in seconds. A revoked client is rejected earlier, because each use of a token reads the client. */
export const tokenLifetimeS = 3_600;

const issuer = 'crossroads';

/** Tokens are for the intake's API only. Another service with the same secret has another audience. */
const audience = 'crossroads-api';

/** The type of an access token (RFC 9068). A token of another kind is not accepted in its place. */
const typ = 'at+jwt';

export interface TokenClaims {
  clientId: string;
  /** The scopes to which the client has narrowed the token. Absent: all scopes of the client. */
  scopes?: readonly string[];
}

/** Access tokens: signed JWTs that contain the client's id, and the scopes of a narrowed token. Changed scopes of the client apply without a new token. */
export interface Tokens {
  issue(claims: TokenClaims): Promise<string>;
  /** Returns the claims; undefined for a foreign, malformed or expired token. */
  read(token: string): Promise<TokenClaims | undefined>;
}

export const createTokens = (secret: string): Tokens => {
  const key = new TextEncoder().encode(secret);
  return {
    issue: ({ clientId, scopes }) =>
      new SignJWT(scopes && { scope: scopes.join(' ') }).setProtectedHeader({ alg: 'HS256', typ }).setIssuer(issuer).setAudience(audience).setSubject(clientId).setIssuedAt().setExpirationTime(`${tokenLifetimeS}s`).sign(key),
    async read(token) {
      try {
        const { sub, scope } = (await jwtVerify<{ scope?: string }>(token, key, { issuer, audience, typ, algorithms: ['HS256'], requiredClaims: ['sub', 'iat', 'exp'] })).payload;
        return { clientId: sub!, ...(scope !== undefined && { scopes: scope.split(' ') }) };
      } catch {
        return undefined;
      }
    },
  };
};
