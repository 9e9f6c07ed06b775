import type { Request, RequestHandler, Response } from 'express';
import type { OperatorRepository, OperatorRole, SessionRepository } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import { sessionIdOf } from './session-cookie.js';

/** Who is looking at the page. */
export interface SignedIn {
  username: string;
  role: OperatorRole;
}

/** Sends everybody else to the login. The role is read anew each time, so taking it away needs nobody to sign out. */
export const signedInOnly =
  (sessions: Pick<SessionRepository, 'find'>, operators: Pick<OperatorRepository, 'find'>): RequestHandler =>
  async (request, response, next) => {
    const id = sessionIdOf(request);
    const session = id && (await sessions.find(id, new Date()));
    const operator = session && (await operators.find(session.username));
    if (!operator) return toLogin(request, response);
    response.locals['operator'] = { username: operator._id, role: operator.role } satisfies SignedIn;
    next();
  };

export const signedIn = (response: Response): SignedIn => response.locals['operator'] as SignedIn;

/** A page comes back to where it was after the login. A script is told, since it would take the login page for its answer. */
const toLogin = (request: Request, response: Response): void => {
  if (request.get('hx-request')) return void response.status(401).set('HX-Redirect', '/login').end();
  const isPage = request.method === 'GET' && request.accepts(['html', 'json']) === 'html';
  if (isPage) return response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
  throw new PageError(401, 'You are not signed in', 'Your session has ended. Sign in at /login and try again.');
};
