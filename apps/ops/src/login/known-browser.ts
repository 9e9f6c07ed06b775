import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { OperatorDocument, OperatorRepository } from '@crossroads/store';
import { usernameOf } from './credentials.js';
import { browserCookie, cookieIn } from './session-cookie.js';

/** The browser of a login attempt. */
export interface KnownBrowser {
  /** Identifies a browser in which the operator has signed in before. Undefined for any other browser. */
  browser: string | undefined;
  /** Changes with the password. Empty for an unknown name. */
  passwordId: string;
}

/**
 * Returns the value of the cookie that marks a browser as known to the operator. It grants nothing but an own count of failed logins.
 * It is signed with the hash of the password, so nothing is stored, and a new password ends it.
 */
export const newKnownBrowser = (operator: OperatorDocument): string => {
  const id = randomBytes(16).toString('base64url');
  return `${id}.${sign(id, operator).toString('base64url')}`;
};

/** Reads from a login attempt whether the operator has signed in with this browser before. */
export const readKnownBrowser =
  (operators: Pick<OperatorRepository, 'find'>, secure: boolean) =>
  async (request: Request): Promise<KnownBrowser> => {
    const operator = await operators.find(usernameOf(request));
    if (!operator) return { browser: undefined, passwordId: '' };
    const passwordId = createHash('sha256').update(operator.password_scrypt).digest('base64url');
    const [id = '', signature = ''] = cookieIn(request, browserCookie(secure))?.split('.') ?? [];
    const given = Buffer.from(signature, 'base64url');
    const expected = sign(id, operator);
    return { browser: given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined, passwordId };
  };

const sign = (id: string, { _id, password_scrypt }: OperatorDocument): Buffer => createHmac('sha256', password_scrypt).update(`known browser ${id} of ${_id}`).digest();
