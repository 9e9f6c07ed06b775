import { readModel, tokenRequest, unprocessable } from '@crossroads/contract';
import type { Read, TokenReply } from '@crossroads/contract';
import { NotAllowed, tokenLifetimeS } from '@crossroads/platform';
import type { RequestHandler } from 'express';
import { orThrow } from '../http-error.js';
import { readBytes } from '../http/body.js';
import type { IntakePorts } from '../ports.js';

const maxFormBytes = 4_096;

/** Issues an access token for the id and secret of a client, which are sent as a form. */
export const issueToken =
  ({ rateLimiter, authenticator }: Pick<IntakePorts, 'rateLimiter' | 'authenticator'>): RequestHandler =>
  async (request, response) => {
    const form = new URLSearchParams((await readBytes(request, maxFormBytes)).toString('utf8'));
    const { client_id, client_secret } = orThrow(withoutEcho(readModel(tokenRequest, Object.fromEntries(form), 'body')));
    try {
      const access_token = await authenticator.logIn(client_id, client_secret);
      response.json({ access_token, token_type: 'bearer', expires_in: tokenLifetimeS } satisfies TokenReply);
    } catch (error) {
      if (error instanceof NotAllowed) rateLimiter.countUnauthenticated(request.ip);
      throw error;
    }
  };

/** Removes the echoed input. Without this, the reply to a form with a missing field would contain the secret. FastAPI echoes no form either. */
const withoutEcho = <T>(read: Read<T>): Read<T> => {
  if (read.ok || typeof read.problem.body.detail === 'string') return read;
  return unprocessable(read.problem.body.detail.map((detail) => ({ ...detail, input: null })));
};
