import { createHash } from 'node:crypto';
import type { CookieOptions, Request } from 'express';

export const cookieName = 'crossroads_session';

/** Milliseconds of a session: one shift. */
export const sessionMs = 8 * 3_600_000;

export const cookieOptions = (secure: boolean): CookieOptions => ({ httpOnly: true, sameSite: 'strict', path: '/', secure });

/** Returns the id under which a session is stored. A reader of the database cannot sign in with it. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export const sessionIdOf = (request: Request): string | undefined => {
  const cookies = request.get('cookie')?.split(';') ?? [];
  const own = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${cookieName}=`));
  return own && digestOf(own.slice(cookieName.length + 1));
};
