import type { Request } from 'express';
import type { SessionDocument } from '@crossroads/store';
import { boardPath } from '../board/permissions.js';

/** Milliseconds that a session lasts. */
export interface SessionLifetime {
  /** Without use. */
  idleMs: number;
  /** From the login, however much it is used. */
  maxMs: number;
}

/** Returns when a session that is used at this moment ends. */
export const expiryOf = ({ idleMs, maxMs }: SessionLifetime, createdAt: Date, now: Date): Date => new Date(Math.min(createdAt.getTime() + maxMs, now.getTime() + idleMs));

/** Share of the idle time that passes before a use is stored. Storing each use would write at every request. */
const storedAfter = 0.05;

/** Returns the new end of the session, or undefined when the stored one is recent enough. */
export const extensionOf = (lifetime: SessionLifetime, { created_at, expires_at }: SessionDocument, now: Date): Date | undefined => {
  const expiry = expiryOf(lifetime, created_at, now);
  return expiry.getTime() - expires_at.getTime() > storedAfter * lifetime.idleMs ? expiry : undefined;
};

/** Returns whether a page refreshes itself with this request. An open page must not keep a session alive after its operator has left. */
export const isBackground = (request: Request): boolean =>
  request.method === 'GET' && (request.get('hx-request') !== undefined || request.originalUrl.startsWith(`${boardPath}/api/`));
