import { jwtVerify, SignJWT } from 'jose';

/** Seconds a token lives. Revoking a client takes effect sooner, because the client is looked up at each use. */
export const tokenLifetimeS = 3_600;

const issuer = 'crossroads';

/** Access tokens: signed JWTs that name the client and nothing else, so a changed right needs no new token. */
export interface Tokens {
  issue(clientId: string): Promise<string>;
  /** The client's id; undefined for a token that is not ours, is spoiled or has expired. */
  clientOf(token: string): Promise<string | undefined>;
}

export const createTokens = (secret: string): Tokens => {
  const key = new TextEncoder().encode(secret);
  return {
    issue: (clientId) =>
      new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer).setSubject(clientId).setIssuedAt().setExpirationTime(`${tokenLifetimeS}s`).sign(key),
    async clientOf(token) {
      try {
        return (await jwtVerify(token, key, { issuer, algorithms: ['HS256'] })).payload.sub;
      } catch {
        return undefined;
      }
    },
  };
};
