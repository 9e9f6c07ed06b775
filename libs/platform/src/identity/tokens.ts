import { jwtVerify, SignJWT } from 'jose';

/** Lifetime of a token, in seconds. A revoked client is rejected earlier, because each use of a token reads the client. */
export const tokenLifetimeS = 3_600;

const issuer = 'crossroads';

/** Tokens are for the intake's API only. Another service with the same secret has another audience. */
const audience = 'crossroads-api';

/** The type of an access token (RFC 9068). A token of another kind is not accepted in its place. */
const typ = 'at+jwt';

/** Access tokens: signed JWTs that contain only the client's id. Changed scopes apply without a new token. */
export interface Tokens {
  issue(clientId: string): Promise<string>;
  /** Returns the client's id; undefined for a foreign, malformed or expired token. */
  clientOf(token: string): Promise<string | undefined>;
}

export const createTokens = (secret: string): Tokens => {
  const key = new TextEncoder().encode(secret);
  return {
    issue: (clientId) =>
      new SignJWT().setProtectedHeader({ alg: 'HS256', typ }).setIssuer(issuer).setAudience(audience).setSubject(clientId).setIssuedAt().setExpirationTime(`${tokenLifetimeS}s`).sign(key),
    async clientOf(token) {
      try {
        return (await jwtVerify(token, key, { issuer, audience, typ, algorithms: ['HS256'], requiredClaims: ['sub', 'iat', 'exp'] })).payload.sub;
      } catch {
        return undefined;
      }
    },
  };
};
