import { randomBytes } from 'node:crypto';
import express from 'express';
import type { Router } from 'express';
import type { Log } from '@crossroads/platform';
import type { AuditRepository, OperatorDocument, OperatorRepository, SessionRepository } from '@crossroads/store';
import { hashPassword, verifyPassword } from '@crossroads/store';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/send.js';
import { limitAttempts } from './attempts.js';
import { nextPathOf, passwordOf, usernameOf } from './credentials.js';
import { LoginPage } from './login.page.js';
import { cookieName, cookieOptions, digestOf, sessionIdOf, sessionMs } from './session-cookie.js';

export interface LoginPorts {
  operators: OperatorRepository;
  sessions: SessionRepository;
  audit: Pick<AuditRepository, 'note'>;
  log: Log;
  chrome: Chrome;
  secureCookies: boolean;
}

export const loginRoutes = ({ operators, sessions, audit, log, chrome, secureCookies }: LoginPorts): Router => {
  const router = express.Router();
  const check = checkAgainst(operators);

  router.get('/login', (request, response) => {
    send(response, <LoginPage chrome={chrome} next={nextPathOf(request.query['next'])} />);
  });

  router.post('/login', express.urlencoded({ extended: false, limit: '8kb' }), ...limitAttempts(), async (request, response) => {
    const username = usernameOf(request);
    const next = nextPathOf((request.body as { next?: unknown } | undefined)?.next);
    const from = request.ip ?? null;
    const right = await check(username, passwordOf(request));
    const signedIn = right && (await start(right));
    if (!signedIn) {
      // Only names there are: into the wrong box people also type their passwords.
      const by = (await operators.find(username))?._id ?? '(unknown name)';
      await audit.note({ by, role: null, action: 'login', reason: null, from }, { outcome: 'rejected', code: 'operator.wrong_password' });
      log.warn('login refused', { username: by, ip: request.ip });
      return send(response, <LoginPage chrome={chrome} next={next} username={username} problem="Username or password is wrong." />, 401);
    }
    const { operator, token } = signedIn;
    await audit.note({ by: operator._id, role: operator.role, action: 'login', reason: null, from }, { outcome: 'done' });
    log.info('login', { username: operator._id, ip: request.ip });
    response.cookie(cookieName, token, { ...cookieOptions(secureCookies), maxAge: sessionMs }).redirect(303, next);
  });

  router.post('/logout', async (request, response) => {
    const id = sessionIdOf(request);
    if (id) await sessions.end(id);
    response.clearCookie(cookieName, cookieOptions(secureCookies)).redirect(303, '/login');
  });

  return router;

  /** Undefined when the operator went, or got a new password, while the old one was checked: what signed them out then did not find this session. */
  async function start(operator: OperatorDocument): Promise<{ operator: OperatorDocument; token: string } | undefined> {
    const token = randomBytes(32).toString('base64url');
    const now = new Date();
    await sessions.removeExpired(now);
    await sessions.start({ _id: digestOf(token), username: operator._id, created_at: now, expires_at: new Date(now.getTime() + sessionMs) });
    const still = await operators.find(operator._id);
    if (still?.password_scrypt === operator.password_scrypt) return { operator: still, token };
    await sessions.end(digestOf(token));
    return undefined;
  }
};

/** A name nobody has costs as much time as a wrong password, so the clock does not tell which names exist. */
const checkAgainst = (operators: OperatorRepository) => {
  const nobodys = hashPassword(randomBytes(32).toString('base64'));
  return async (username: string, password: string): Promise<OperatorDocument | undefined> => {
    const operator = await operators.find(username);
    const right = await verifyPassword(password, operator?.password_scrypt ?? (await nobodys));
    return right ? operator : undefined;
  };
};
