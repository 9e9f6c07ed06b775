import type { Request, RequestHandler, Response } from 'express';
import type { OperatorRepository, OperatorRole, SessionRepository } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import { localPath } from '../http/local-path.js';
import { credentialOf, sessionIdOf } from './session-cookie.js';
import type { SessionLifetime } from './session-lifetime.js';
import { extensionOf, isBackground } from './session-lifetime.js';

/** The operator of a session or key. */
export interface SignedIn {
  username: string;
  role: OperatorRole;
  /** What the request was authenticated by: `session:<start of its id>` or `key:<id>`. */
  credential: string;
}

export interface SessionPorts {
  sessions: Pick<SessionRepository, 'find' | 'extend'>;
  operators: Pick<OperatorRepository, 'find'>;
  /** Whether operators connect over HTTPS. */
  secure: boolean;
  sessionLifetime: SessionLifetime;
}

/**
 * Redirects requests without a session to the login. The operator is read at every request, so a revoked operator loses access at once.
 *
 * `askToSignIn` responds to a form, and returns false when it cannot.
 */
export const signedInOnly =
  ({ sessions, operators, secure, sessionLifetime }: SessionPorts, askToSignIn: (request: Request, response: Response) => Promise<boolean> = async () => false): RequestHandler =>
  async (request, response, next) => {
    const now = new Date();
    const id = sessionIdOf(request, secure);
    const session = id && (await sessions.find(id, now));
    const operator = session && (await operators.find(session.username));
    if (!operator) return (await askToSignIn(request, response)) ? undefined : redirectToLogin(request, response);
    const extended = isBackground(request) ? undefined : extensionOf(sessionLifetime, session, now);
    if (extended) await sessions.extend(session._id, extended);
    response.locals['operator'] = { username: operator._id, role: operator.role, credential: credentialOf(session) } satisfies SignedIn;
    next();
  };

export const signedIn = (response: Response): SignedIn => response.locals['operator'] as SignedIn;

/** Redirects a page to the login and back. Other requests get 401, because a script would treat the login page as its response. */
const redirectToLogin = (request: Request, response: Response): void => {
  // A refresh must not leave the page: the operator may be filling in a form. The page shows this text above it.
  if (request.get('hx-request')) {
    return void response.status(401).type('html').send('<p class="warning" role="alert">Your session has ended, so this page no longer refreshes. Send your form, or reload the page, and sign in. Your entries are kept.</p>');
  }
  const isPage = request.method === 'GET' && request.accepts(['html', 'json']) === 'html';
  if (isPage) return response.redirect(303, `/login?next=${encodeURIComponent(localPath(request.originalUrl))}`);
  throw new PageError(401, 'You are not signed in', 'Your session has expired. Sign in at /login and try again.');
};
