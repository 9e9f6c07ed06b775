import type { CallerHeaders, Read } from '@crossroads/contract';
import { readCallerHeaders } from '@crossroads/contract';
import type { Caller, Scope } from '@crossroads/platform';
import { callerFor } from '@crossroads/platform';
import type { Request, Response } from 'express';
import { valueOf } from '../http-error.js';
import { credentialsOf } from './rate-limiter.js';

/** A token says for which of its tenants it speaks; a key has only one. */
export const tenantRules = (response: Response): { tenantNameRequired: boolean } => ({ tenantNameRequired: credentialsOf(response).kind === 'token' });

/** The tenant a request without a body speaks for; throws Refused or NotAllowed. */
export const resolveCaller = (
  request: Request,
  response: Response,
  scope: Scope,
  readHeaders: (rawHeaders: readonly string[], rules: { tenantNameRequired: boolean }) => Read<CallerHeaders> = readCallerHeaders,
): Caller => callerFor(credentialsOf(response), scope, valueOf(readHeaders(request.rawHeaders, tenantRules(response))));

/** The headers `Content-Type` and the rest of a request with a body, as the contract reads them. */
export const rawRequest = (request: Request, response: Response, bytes: Buffer) => ({
  rawHeaders: request.rawHeaders,
  contentType: request.headers['content-type'],
  bytes,
  ...tenantRules(response),
});
