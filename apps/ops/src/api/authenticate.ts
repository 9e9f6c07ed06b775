import type { RequestHandler } from 'express';
import type { OperatorKeyRepository } from '@crossroads/store';
import { isOperatorKey, parseOperatorKey } from '@crossroads/store';
import { PageError } from '../http/page-error.js';
import { sameOriginOnly } from '../http/same-origin.js';
import type { SignedIn } from '../login/signed-in.js';
import { signedInOnly } from '../login/signed-in.js';
import type { SessionPorts } from '../login/signed-in.js';

export interface AuthenticatePorts extends SessionPorts {
  keys: Pick<OperatorKeyRepository, 'find'>;
}

/**
 * Authenticates calls to the operator API by an operator key, or by a session and a matching origin.
 * A browser never adds a key by itself, so a request with a key needs no origin check.
 */
export const authenticate = ({ keys, ...ports }: AuthenticatePorts): RequestHandler => {
  const { operators } = ports;
  const bySession = signedInOnly(ports);
  return async (request, response, next) => {
    const [scheme, text = ''] = request.get('authorization')?.split(' ') ?? [];
    if (scheme === undefined) {
      sameOriginOnly(request, response, () => undefined);
      await bySession(request, response, next);
      return;
    }
    const operator = scheme.toLowerCase() === 'bearer' ? await operatorOfKey(text) : undefined;
    if (!operator) throw new PageError(401, 'The operator key is invalid', 'The operator key is unknown, expired or revoked, or its operator was removed. Create a new key: npm run operators -- key NAME.', 'operator.key_rejected');
    response.locals['operator'] = operator;
    next();
  };

  async function operatorOfKey(text: string): Promise<SignedIn | undefined> {
    const given = parseOperatorKey(text);
    const key = given && (await keys.find(given.id));
    if (!key || !isOperatorKey(given.secret, key.sha256)) return undefined;
    if (key.revoked_at !== null || (key.expires_at !== null && key.expires_at <= new Date())) return undefined;
    const operator = await operators.find(key.username);
    return operator && { username: operator._id, role: operator.role, credential: `key:${key._id}` };
  }
};
