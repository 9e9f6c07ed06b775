import { createHash } from 'node:crypto';
import type { CookieOptions, Request } from 'express';

export const cookieName = 'crossroads_session';

/** A shift. */
export const sessionMs = 8 * 3_600_000;

export const cookieOptions = (secure: boolean): CookieOptions => ({ httpOnly: true, sameSite: 'strict', path: '/', secure });

/** What the store knows a session by: whoever reads the store cannot sign in with it. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export const sessionIdOf = (request: Request): string | undefined => {
  const cookies = request.get('cookie')?.split(';') ?? [];
  const ours = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${cookieName}=`));
  return ours && digestOf(ours.slice(cookieName.length + 1));
};
