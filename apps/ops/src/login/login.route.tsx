import { randomBytes } from 'node:crypto';
import express from 'express';
import type { Router } from 'express';
import type { Log } from '@crossroads/platform';
import type { AuditRepository, OperatorDocument, OperatorRepository, SessionRepository } from '@crossroads/store';
import { hashPassword, verifyPassword } from '@crossroads/store';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/layout.js';
import { limitAttempts } from './attempts.js';
import { localPath } from '../http/local-path.js';
import { passwordOf, usernameOf } from './credentials.js';
import { readKeptForm, sendKeptForm } from './kept-form.js';
import { LoginPage } from './login.page.js';
import { newKnownBrowser, readKnownBrowser } from './known-browser.js';
import { browserCookie, cookieOptions, credentialOf, digestOf, knownBrowserMs, sessionCookie, sessionIdOf } from './session-cookie.js';
import type { SessionLifetime } from './session-lifetime.js';
import { expiryOf } from './session-lifetime.js';

export interface LoginPorts {
  operators: OperatorRepository;
  sessions: SessionRepository;
  audit: Pick<AuditRepository, 'note'>;
  log: Log;
  chrome: Chrome;
  secureCookies: boolean;
  sessionLifetime: SessionLifetime;
}

export const loginRoutes = ({ operators, sessions, audit, log, chrome, secureCookies, sessionLifetime }: LoginPorts): Router => {
  const router = express.Router();
  const verify = verifyAgainst(operators);

  router.get('/login', (request, response) => {
    send(response, <LoginPage chrome={chrome} next={localPath(request.query['next'])} />);
  });

  router.post('/login', express.urlencoded({ extended: false, limit: '256kb' }), ...limitAttempts(readKnownBrowser(operators, secureCookies)), async (request, response) => {
    const username = usernameOf(request);
    const given = (request.body ?? {}) as { next?: unknown; kept?: unknown };
    const next = localPath(given.next);
    const kept = readKeptForm(given.kept);
    const from = request.ip ?? null;
    const verified = await verify(username, passwordOf(request));
    const signedIn = verified && (await startSession(verified));
    if (!signedIn) {
      // Unknown names are not stored: an operator may have typed the password into the username box.
      const by = (await operators.find(username))?._id ?? '(unknown name)';
      await audit.note({ by, role: null, credential: null, action: 'login', reason: null, from }, { outcome: 'rejected', code: 'operator.wrong_password' });
      log.warn('login rejected', { username: by, ip: request.ip });
      return send(response, <LoginPage chrome={chrome} next={next} kept={kept} username={username} problem="The username or the password is wrong." />, 401);
    }
    const { operator, token } = signedIn;
    const credential = credentialOf({ _id: digestOf(token) });
    await audit.note({ by: operator._id, role: operator.role, credential, action: 'login', reason: null, from }, { outcome: 'done' });
    log.info('login', { username: operator._id, ip: request.ip });
    // The session of this browser ends. Otherwise a cookie that an attacker had read or set would stay valid beside the new one.
    const earlier = sessionIdOf(request, secureCookies);
    if (earlier !== undefined) await sessions.end(earlier);
    response
      .cookie(sessionCookie(secureCookies), token, { ...cookieOptions(secureCookies), maxAge: sessionLifetime.maxMs })
      .cookie(browserCookie(secureCookies), newKnownBrowser(operator), { ...cookieOptions(secureCookies), maxAge: knownBrowserMs });
    if (kept) return sendKeptForm(response, chrome, { username: operator._id, role: operator.role, credential }, kept);
    response.redirect(303, next);
  });

  router.post('/logout', async (request, response) => {
    const id = sessionIdOf(request, secureCookies);
    const session = id === undefined ? undefined : await sessions.find(id, new Date());
    if (session) {
      const operator = await operators.find(session.username);
      await audit.note({ by: session.username, role: operator?.role ?? null, credential: credentialOf(session), action: 'logout', reason: null, from: request.ip ?? null }, { outcome: 'done' });
      await sessions.end(session._id);
    }
    response.clearCookie(sessionCookie(secureCookies), cookieOptions(secureCookies)).redirect(303, '/login');
  });

  return router;

  /**
   * Returns undefined when the operator was removed or got a new password during the check.
   * Without the second read, a session of the old password would survive, because the sign-out happened before the session existed.
   */
  async function startSession(operator: OperatorDocument): Promise<{ operator: OperatorDocument; token: string } | undefined> {
    const token = randomBytes(32).toString('base64url');
    const now = new Date();
    await sessions.removeExpired(now);
    await sessions.start({ _id: digestOf(token), username: operator._id, created_at: now, expires_at: expiryOf(sessionLifetime, now, now) });
    const current = await operators.find(operator._id);
    if (current?.password_scrypt === operator.password_scrypt) return { operator: current, token };
    await sessions.end(digestOf(token));
    return undefined;
  }
};

/** Verifies a password hash for an unknown username too, so that the response time does not reveal which usernames exist. */
const verifyAgainst = (operators: OperatorRepository) => {
  const unknownHash = hashPassword(randomBytes(32).toString('base64'));
  return async (username: string, password: string): Promise<OperatorDocument | undefined> => {
    const operator = await operators.find(username);
    const isCorrect = await verifyPassword(password, operator?.password_scrypt ?? (await unknownHash));
    return isCorrect ? operator : undefined;
  };
};
