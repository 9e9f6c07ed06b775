import { readModel, tokenRequest, unprocessable } from '@crossroads/contract';
import type { Read, TokenReply } from '@crossroads/contract';
import { NotAllowed, tokenLifetimeS } from '@crossroads/platform';
import type { Request } from 'express';
import { Router } from 'express';
import { readBytes } from '../http/body.js';
import type { IntakePorts } from '../ports.js';
import { valueOf } from '../http-error.js';

const maxFormBytes = 4_096;

/** `POST /auth/token`: a client's id and secret, as a form, for an access token. */
export const token = ({ rateLimiter, authenticator }: Pick<IntakePorts, 'rateLimiter' | 'authenticator'>): Router =>
  Router().post('/token', async (request: Request, response) => {
    const form = new URLSearchParams((await readBytes(request, maxFormBytes)).toString('utf8'));
    const { client_id, client_secret } = valueOf(withoutEcho(readModel(tokenRequest, Object.fromEntries(form), 'body')));
    try {
      const access_token = await authenticator.logIn(client_id, client_secret);
      response.json({ access_token, token_type: 'bearer', expires_in: tokenLifetimeS } satisfies TokenReply);
    } catch (error) {
      if (error instanceof NotAllowed) rateLimiter.countUnauthenticated(request.ip);
      throw error;
    }
  });

/** A form that lacks one field holds the others, one of which is a secret. FastAPI echoes nothing of a form either. */
const withoutEcho = <T>(read: Read<T>): Read<T> => {
  if (read.ok || typeof read.problem.body.detail === 'string') return read;
  return unprocessable(read.problem.body.detail.map((detail) => ({ ...detail, input: null })));
};
