import type { Authenticator, Credentials } from '@crossroads/platform';
import { NotAllowed } from '@crossroads/platform';
import type { RateCounter } from '@crossroads/saga-bullmq';
import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { httpError } from '../http-error.js';
import { FixedWindowCounter } from './fixed-window-counter.js';

/** Maximum numbers of requests per minute. */
export interface RateLimits {
  /** Requests of one key or client that change data. */
  submits: number;
  /** Requests of one key or client that only read. */
  polls: number;
  /** Requests of one address without valid credentials. */
  unauthenticated: number;
}

/** Authenticates and limits the requests of the protected routes. */
export interface RateLimiter {
  submit: RequestHandler[];
  poll: RequestHandler[];
  /** Counts a request without valid credentials. Throws HttpError with 429 above the limit of the address. */
  countUnauthenticated(ip: string | undefined): void;
  stop(): void;
}

const minute = 60_000;

const credentials = new WeakMap<Response, Credentials>();

/** Returns the credentials of an authenticated request. */
export const credentialsOf = (response: Response): Credentials => credentials.get(response)!;

export const createRateLimiter = (authenticator: Authenticator, limits: RateLimits, shared?: RateCounter): RateLimiter => {
  const unauthenticated = new FixedWindowCounter({ name: 'unauthenticated', windowMs: minute });
  const counts = { submit: new FixedWindowCounter({ name: 'submit', windowMs: minute, shared }), poll: new FixedWindowCounter({ name: 'poll', windowMs: minute, shared }) };

  const countUnauthenticated = (ip = 'unknown'): void => {
    const { totalHits, resetTime } = unauthenticated.hit(ip === 'unknown' ? ip : ipKeyGenerator(ip));
    if (totalHits > limits.unauthenticated) throw tooMany(resetTime);
  };

  const authenticate: RequestHandler = async (request, response, next) => {
    try {
      credentials.set(response, await authenticator.authenticate(request.rawHeaders));
    } catch (error) {
      if (error instanceof NotAllowed) countUnauthenticated(request.ip);
      throw error;
    }
    next();
  };

  const limited = (name: keyof typeof counts, limit: number): RequestHandler =>
    rateLimit({
      windowMs: minute,
      limit,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      identifier: name,
      keyGenerator: (_request, response) => credentialsOf(response).id,
      store: { increment: (key) => counts[name].hit(key), decrement: () => undefined, resetKey: () => undefined, prefix: name },
      handler: (_request, _response, next) => next(httpError(429, tooManyText)),
    });

  return {
    submit: [authenticate, limited('submit', limits.submits)],
    poll: [authenticate, limited('poll', limits.polls)],
    countUnauthenticated,
    stop: () => [counts.submit, counts.poll, unauthenticated].forEach((counter) => counter.stop()),
  };
};

const tooManyText = 'Too many requests. Send the request again after the seconds in Retry-After.';

const tooMany = (resetTime: Date) => httpError(429, tooManyText, { 'Retry-After': String(Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1_000))) });
