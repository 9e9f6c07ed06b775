import type { Request, RequestHandler } from 'express';
import { PageError } from './page-error.js';

/**
 * Lets changes through only from our own pages. Bull Board has no token of its own against forged requests,
 * and SameSite alone does not tell two ports of one host apart.
 */
export const sameOriginOnly: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request)) return next();
  throw new PageError(
    403,
    'This request did not come from these pages',
    'Your browser says that another site sent it, or does not say who did. Nothing was changed. Open the page here and try again.',
  );
};

/** Browsers say Sec-Fetch-Site only over TLS or on localhost; Origin they say everywhere. */
const isSameOrigin = (request: Request): boolean => {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = request.get('origin');
  return origin === undefined ? site === 'same-origin' : URL.canParse(origin) && new URL(origin).host === request.get('host');
};
