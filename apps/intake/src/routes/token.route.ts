import { tokenLifetimeS } from '@crossroads/identity';
import { Router, urlencoded } from 'express';
import { z } from 'zod';
import type { IntakePorts } from '../app.js';

const credentials = z.object({ client_id: z.string().max(128), client_secret: z.string().max(256) });

/** `POST /auth/token`: a client's id and secret, as a form, for an access token. */
export const token = ({ authenticator }: Pick<IntakePorts, 'authenticator'>): Router =>
  Router().post('/token', urlencoded({ extended: false, limit: '4kb' }), async (request, response) => {
    const { client_id, client_secret } = credentials.parse({ client_id: '', client_secret: '', ...(request.body as object | undefined) });
    response.json({ access_token: await authenticator.logIn(client_id, client_secret), token_type: 'bearer', expires_in: tokenLifetimeS });
  });
