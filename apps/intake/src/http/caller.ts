import type { CallerHeaders } from '@crossroads/contract';
import { readCallerHeaders } from '@crossroads/contract';
import type { Authenticator, Caller, Scope } from '@crossroads/platform';
import { callerFor } from '@crossroads/platform';
import type { Request, Response } from 'express';
import { orThrow } from '../http-error.js';
import { credentialsOf } from './rate-limiter.js';

/** A token may belong to several tenants, so the request must name one. An API key belongs to one tenant. */
const headerRules = (response: Response): { tenantNameRequired: boolean } => ({ tenantNameRequired: credentialsOf(response).kind === 'token' });

/** Returns the caller of an authenticated request. Throws NotAllowed if the credentials lack the scope, tenant or instance. */
export const callerOf = (response: Response, scope: Scope, headers: CallerHeaders): Caller => callerFor(credentialsOf(response), scope, headers);

/** Returns the caller of a request without a body. Throws HttpError for invalid headers, and NotAllowed as {@link callerOf}. */
export const resolveCaller = (request: Request, response: Response, scope: Scope): Caller =>
  callerOf(response, scope, orThrow(readCallerHeaders(request.rawHeaders, headerRules(response))));

/** Authenticates the request of a stream again. Returns whether it still has the scope and the tenant, and false while its credentials cannot be read. */
export const isStillAllowed = async (authenticator: Authenticator, request: Request, response: Response, scope: Scope, tenantId: string): Promise<boolean> => {
  try {
    const credentials = await authenticator.authenticate(request.rawHeaders);
    return callerFor(credentials, scope, orThrow(readCallerHeaders(request.rawHeaders, headerRules(response)))).tenant_id === tenantId;
  } catch {
    return false;
  }
};

/** Returns the parts of a request with a body that the contract reads. */
export const rawRequest = (request: Request, response: Response, bytes: Buffer) => ({
  rawHeaders: request.rawHeaders,
  contentType: request.headers['content-type'],
  bytes,
  ...headerRules(response),
});
