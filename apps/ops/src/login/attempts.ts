import { rateLimit, ipKeyGenerator } from 'express-rate-limit';
import type { Options } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import { PageError } from '../http/page-error.js';
import { usernameOf } from './credentials.js';
import type { KnownBrowser } from './known-browser.js';

const minute = 60_000;

/** Failed logins of one address in 15 minutes, whatever the names. */
export const maxFailuresOfAddress = 30;

/** Failed logins for one name from one address. Each step has a longer window, so the wait grows. */
export const maxFailuresOfName = [
  { failures: 5, windowMs: minute },
  { failures: 10, windowMs: 15 * minute },
  { failures: 15, windowMs: 60 * minute },
] as const;

/**
 * Limits password guessing. Failures count for a name and an address together, so a stranger cannot lock an operator out from elsewhere.
 * A browser in which the operator has signed in before is counted alone, so it works although its address is locked.
 */
export const limitAttempts = (knownBrowser: (request: Request) => Promise<KnownBrowser>): RequestHandler[] => {
  const browsers = new WeakMap<Request, KnownBrowser>();
  const isKnown = (request: Request): boolean => browsers.get(request)?.browser !== undefined;
  const keyOfName = (request: Request): string => {
    const { browser, passwordId } = browsers.get(request)!;
    // With the password's id in the key, a new password from the administrator ends the wait.
    return [usernameOf(request), passwordId, browser ?? keyOfAddress(request)].join(' ');
  };
  return [
    async (request, _response, next) => {
      browsers.set(request, await knownBrowser(request));
      next();
    },
    limit(isKnown, { limit: maxFailuresOfAddress, windowMs: 15 * minute, keyGenerator: keyOfAddress, skip: isKnown }),
    // The longest window first, so that Retry-After is the whole wait.
    ...maxFailuresOfName.toReversed().map(({ failures, windowMs }) => limit(isKnown, { limit: failures, windowMs, keyGenerator: keyOfName })),
  ];
};

const keyOfAddress = ({ ip = '' }: Request): string => ipKeyGenerator(ip);

const limit = (isKnown: (request: Request) => boolean, options: Partial<Options>): RequestHandler =>
  rateLimit({
    legacyHeaders: false,
    standardHeaders: 'draft-8',
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    // Behind a proxy that is not trusted, all requests have the proxy's address. The limit is then stricter.
    validate: { xForwardedForHeader: false },
    handler: (request, response, next) => {
      const minutes = Math.ceil(Number(response.getHeader('Retry-After')) / 60);
      const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
      next(
        new PageError(
          429,
          'Too many failed logins',
          `Wait ${wait} and try again, or ${isKnown(request) ? 'ask an administrator for a new password' : 'sign in from a browser that you have used before'}. If these logins were not yours, inform the administrator of these pages.`,
        ),
      );
    },
    ...options,
  });
