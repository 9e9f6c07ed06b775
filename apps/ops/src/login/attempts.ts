import { rateLimit, ipKeyGenerator } from 'express-rate-limit';
import type { Options } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import { PageError } from '../http/page-error.js';
import { usernameOf } from './credentials.js';

const windowMs = 15 * 60_000;

/** Limits of failed logins in 15 minutes, by address and by username. */
export const maxFailures = { address: 30, username: 10 };

/** Limits password guessing from one address and for one username. */
export const limitAttempts = (): RequestHandler[] => [
  limit({ limit: maxFailures.address, keyGenerator: ({ ip = '' }) => ipKeyGenerator(ip) }),
  limit({ limit: maxFailures.username, keyGenerator: (request: Request) => usernameOf(request).toLowerCase() }),
];

const limit = (options: Partial<Options>): RequestHandler =>
  rateLimit({
    windowMs,
    legacyHeaders: false,
    standardHeaders: 'draft-8',
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    // Behind a proxy that is not trusted, all requests have the proxy's address. The limit is then stricter.
    validate: { xForwardedForHeader: false },
    handler: (_request, _response, next) =>
      next(new PageError(429, 'Too many failed logins', 'Wait 15 minutes and try again. If these logins were not yours, inform the administrator of these pages.')),
    ...options,
  });
