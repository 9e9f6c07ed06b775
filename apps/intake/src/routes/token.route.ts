import { readModel, tokenRequest } from '@crossroads/contract';
import type { TokenReply, ValidationDetail } from '@crossroads/contract';
import { NotAllowed, ScopeNotGranted, tokenLifetimeS } from '@crossroads/platform';
import type { Request, RequestHandler } from 'express';
import type { z } from 'zod';
import { readBytes } from '../http/body.js';
import { HttpError } from '../http-error.js';
import type { IntakePorts } from '../ports.js';

const maxFormBytes = 16_384;

/**
 * Issues an access token for a client, as RFC 6749 describes it for the client credentials grant. `scope` narrows the token.
 * The id and secret of the client are sent as HTTP Basic, or as fields of the form.
 * Throws HttpError with 400 or 401; its body has the members of RFC 6749 and `detail`.
 */
export const issueToken =
  ({ rateLimiter, authenticator }: Pick<IntakePorts, 'rateLimiter' | 'authenticator'>): RequestHandler =>
  async (request, response) => {
    const { client_id, client_secret, scope } = readForm(request, await readFormBytes(request));
    try {
      const { token: access_token, scopes } = await authenticator.logIn(client_id, client_secret, scope === undefined ? undefined : [...new Set(scope.split(' '))]);
      // RFC 6749 requires both headers. The other one is set for every reply of this route.
      response.set('Pragma', 'no-cache').json({ access_token, token_type: 'bearer', expires_in: tokenLifetimeS, scope: scopes.join(' ') } satisfies TokenReply);
    } catch (error) {
      if (error instanceof ScopeNotGranted) throw tokenError(400, 'The client does not have one of the scopes in scope. Send some of its scopes with one space between them, or omit scope for all of them.', 'invalid_scope');
      if (!(error instanceof NotAllowed)) throw error;
      rateLimiter.countUnauthenticated(request.ip);
      throw invalidClient();
    }
  };

type TokenErrorCode = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type';

/** Returns the error for the caller. `detail` is the description, unless it is a list of invalid fields. */
const tokenError = (status: 400 | 401 | 413, description: string, error: TokenErrorCode, detail: string | ValidationDetail[] = description): HttpError =>
  new HttpError({ status, body: { error, error_description: description, detail } }, status === 401 ? { 'WWW-Authenticate': 'Basic realm="crossroads", charset="UTF-8"' } : {});

const invalidClient = () => tokenError(401, 'The client id or the client secret is wrong. Send them as HTTP Basic, or as client_id and client_secret in the form.', 'invalid_client');

const readFormBytes = async (request: Request): Promise<Buffer> => {
  if (request.is('json')) throw tokenError(400, 'Send the parameters as application/x-www-form-urlencoded and not as JSON.', 'invalid_request');
  return readBytes(request, maxFormBytes).catch((error: unknown) => {
    if (!(error instanceof HttpError) || error.problem.status !== 413) throw error;
    throw tokenError(413, `The form is larger than ${maxFormBytes / 1024} kB.`, 'invalid_request');
  });
};

const readForm = (request: Request, bytes: Buffer): z.infer<typeof tokenRequest> => {
  if (request.url.includes('?')) throw tokenError(400, 'Send the parameters in the body and not in the query, because URLs are logged.', 'invalid_request');
  const sent = new URLSearchParams(bytes.toString('utf8'));
  // RFC 6749: a parameter without a value counts as omitted.
  const form = new URLSearchParams([...sent].filter(([, value]) => value !== ''));
  const names = [...form.keys()];
  if (new Set(names).size < names.length) throw tokenError(400, 'A field of the form was sent more than once. Send each field once.', 'invalid_request');
  const basic = basicCredentials(request.get('authorization'));
  if (basic && (form.has('client_secret') || (form.get('client_id') ?? basic.client_id) !== basic.client_id)) {
    throw tokenError(400, 'The client id and secret were sent in two ways. Send them as HTTP Basic or in the form.', 'invalid_request');
  }
  const read = readModel(tokenRequest, { ...Object.fromEntries(form), ...basic }, 'body');
  if (read.ok) return read.value;
  // FastAPI echoes no form either. With the echo, the reply to a form with a missing field would contain the secret.
  const detail = (read.problem.body.detail as ValidationDetail[]).map((one) => ({ ...one, input: null }));
  if (detail.some(({ loc }) => loc[1] === 'grant_type')) throw tokenError(400, 'This grant_type is not supported. Send client_credentials.', 'unsupported_grant_type', detail);
  throw tokenError(400, 'A field of the form is missing or invalid. Send client_id and client_secret.', 'invalid_request', detail);
};

/** Returns the client id and secret of HTTP Basic, both form-encoded as RFC 6749 requires. Returns undefined for another scheme. Throws HttpError with 401 if they are malformed. */
const basicCredentials = (authorization: string | undefined): { client_id: string; client_secret: string } | undefined => {
  const [, scheme, encoded = ''] = /^(basic)(?: +(.*))?$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw invalidClient();
  const [client_id, client_secret] = [text.slice(0, colon), text.slice(colon + 1)].map(formDecoded) as [string, string];
  return { client_id, client_secret };
};

/** Decodes a form-encoded text. Returns a text with a stray `%` unchanged, because many clients do not encode. */
const formDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};
