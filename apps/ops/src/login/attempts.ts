import { rateLimit, ipKeyGenerator } from 'express-rate-limit';
import type { Options } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import { PageError } from '../http/page-error.js';
import { usernameOf } from './credentials.js';

const windowMs = 15 * 60_000;

/** Failed logins that one address, and one name from wherever, may make in a quarter of an hour. */
export const mostFailures = { address: 30, username: 10 };

/** Slows down guessing, whether one machine tries many names or many machines try one. */
export const limitAttempts = (): RequestHandler[] => [
  limit({ limit: mostFailures.address, keyGenerator: ({ ip = '' }) => ipKeyGenerator(ip) }),
  limit({ limit: mostFailures.username, keyGenerator: (request: Request) => usernameOf(request).toLowerCase() }),
];

const limit = (options: Partial<Options>): RequestHandler =>
  rateLimit({
    windowMs,
    legacyHeaders: false,
    standardHeaders: 'draft-8',
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    // Behind a proxy that we were not told to trust, the proxy is the address. That is stricter, not weaker.
    validate: { xForwardedForHeader: false },
    handler: (_request, _response, next) =>
      next(new PageError(429, 'Too many failed logins', 'Wait a quarter of an hour and try again. If it was not you, tell whoever looks after these pages.')),
    ...options,
  });
