import { createHash } from 'node:crypto';
import type { CookieOptions, Request } from 'express';

/** A browser accepts `__Host-` only from this host over HTTPS. So neither another port, a subdomain nor a page over HTTP can set the cookie. */
const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

export const sessionCookie = (secure: boolean): string => nameOf('crossroads_session', secure);
export const browserCookie = (secure: boolean): string => nameOf('crossroads_browser', secure);

export const cookieOptions = (secure: boolean): CookieOptions => ({ httpOnly: true, sameSite: 'strict', path: '/', secure });

/** Milliseconds that a browser stays known to its operator. */
export const knownBrowserMs = 90 * 24 * 3_600_000;

/** Returns the id under which a session is stored. A reader of the database cannot sign in with it. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Returns the value of a cookie of the request. */
export const cookieIn = (request: Request, name: string): string | undefined => {
  const cookies = request.get('cookie')?.split(';') ?? [];
  const own = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${name}=`));
  return own?.slice(name.length + 1);
};

/** Names a session in audit lines. The start of its id distinguishes sessions well enough. */
export const credentialOf = ({ _id }: { _id: string }): string => `session:${_id.slice(0, 12)}`;

export const sessionIdOf = (request: Request, secure: boolean): string | undefined => {
  const token = cookieIn(request, sessionCookie(secure));
  return token === undefined ? undefined : digestOf(token);
};
