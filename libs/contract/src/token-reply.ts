import { z } from 'zod';
import { validationError } from './error-reply.js';
import { line } from './order/text.js';

/** Form of `POST /auth/token`. */
export const tokenRequest = z.object({
  grant_type: z.enum(['password', 'client_credentials']).default('password').meta({ description: 'Both mean the same.' }),
  client_id: line().meta({ description: 'Id of the client.' }),
  client_secret: line(256).meta({ description: 'Secret of the client.' }),
  scope: z.string().optional().meta({ description: 'Scopes of the token, with spaces between them. Default: all scopes of the client.', examples: ['order:reset order:get'] }),
});

/** Body of the 200 reply to `POST /auth/token`. */
export const tokenReply = z.object({
  access_token: z.string().meta({ description: 'The token, for `Authorization: Bearer`.', examples: ['eyJhbGciOiJIUzI1NiJ9.…'] }),
  token_type: z.literal('bearer').meta({ description: 'Always `bearer`.', examples: ['bearer'] }),
  expires_in: z.number().int().meta({ description: 'Lifetime of the token, in seconds.', examples: [3600] }),
  scope: z.string().meta({ description: 'Scopes of the token, with spaces between them.', examples: ['order:reset order:get'] }),
});

/** Body of an error of `POST /auth/token`: the members of RFC 6749, and `detail` as in every other error. */
export const tokenError = z.object({
  error: z.enum(['invalid_request', 'invalid_client', 'invalid_scope', 'unsupported_grant_type']).meta({ description: 'Code of RFC 6749.', examples: ['invalid_client'] }),
  error_description: z.string().meta({ description: 'What is wrong and what to do, as a sentence.', examples: ['The client id or the client secret is wrong.'] }),
  detail: z.union([z.string(), validationError.shape.detail]).meta({ description: 'The same sentence, or a list of the invalid fields.', examples: ['The client id or the client secret is wrong.'] }),
});

export type TokenReply = z.infer<typeof tokenReply>;
