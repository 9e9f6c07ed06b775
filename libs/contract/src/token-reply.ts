import { z } from 'zod';
import { line } from './order/text.js';

/** Form of `POST /auth/token`. */
export const tokenRequest = z.object({
  grant_type: z.enum(['password', 'client_credentials']).default('password'),
  client_id: line(),
  client_secret: line(256),
});

/** Body of the 200 reply to `POST /auth/token`. */
export const tokenReply = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  /** Lifetime of the token, in seconds. */
  expires_in: z.number().int(),
});

export type TokenReply = z.infer<typeof tokenReply>;
