import type { Request, RequestHandler, Response } from 'express';
import type { OperatorRepository, OperatorRole, SessionRepository } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import { credentialOf, sessionIdOf } from './session-cookie.js';

/** The operator of a session or key. */
export interface SignedIn {
  username: string;
  role: OperatorRole;
  /** What the request was authenticated by: `session:<start of its id>` or `key:<id>`. */
  credential: string;
}

/** Redirects requests without a session to the login. The operator is read at every request, so a revoked operator loses access at once. */
export const signedInOnly =
  (sessions: Pick<SessionRepository, 'find'>, operators: Pick<OperatorRepository, 'find'>, secure: boolean): RequestHandler =>
  async (request, response, next) => {
    const id = sessionIdOf(request, secure);
    const session = id && (await sessions.find(id, new Date()));
    const operator = session && (await operators.find(session.username));
    if (!operator) return redirectToLogin(request, response);
    response.locals['operator'] = { username: operator._id, role: operator.role, credential: credentialOf(session) } satisfies SignedIn;
    next();
  };

export const signedIn = (response: Response): SignedIn => response.locals['operator'] as SignedIn;

/** Redirects a page to the login and back. Other requests get 401, because a script would treat the login page as its response. */
const redirectToLogin = (request: Request, response: Response): void => {
  if (request.get('hx-request')) return void response.status(401).set('HX-Redirect', '/login').end();
  const isPage = request.method === 'GET' && request.accepts(['html', 'json']) === 'html';
  if (isPage) return response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
  throw new PageError(401, 'You are not signed in', 'Your session has expired. Sign in at /login and try again.');
};
