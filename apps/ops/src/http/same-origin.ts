import type { Request, RequestHandler } from 'express';
import { PageError } from './page-error.js';

/**
 * Rejects changes that do not come from the operator pages, to prevent cross-site request forgery.
 * Bull Board has no CSRF token, and SameSite cookies do not separate two ports of one host.
 */
export const sameOriginOnly: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request)) return next();
  throw new PageError(
    403,
    'The request did not come from these pages',
    'Another site sent the request, or your browser did not name its origin. Nothing was changed. Open the page here and try again.',
  );
};

/**
 * Browsers set Sec-Fetch-Site themselves, over TLS or to localhost. It decides where it is sent, because a proxy may rewrite Host.
 * Otherwise the origin must be the host of the request, or the one in X-Forwarded-Host of a trusted proxy.
 */
const isSameOrigin = (request: Request): boolean => {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = request.get('origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host;
};
