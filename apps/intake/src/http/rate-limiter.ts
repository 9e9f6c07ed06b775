import type { Authenticator, Credentials } from '@crossroads/platform';
import { NotAllowed } from '@crossroads/platform';
import type { RateCounter } from '@crossroads/saga-bullmq';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
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
  submit: RequestHandler;
  poll: RequestHandler;
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

  const authenticate = async (request: Request): Promise<Credentials> => {
    try {
      return await authenticator.authenticate(request.rawHeaders);
    } catch (error) {
      if (error instanceof NotAllowed) countUnauthenticated(request.ip);
      throw error;
    }
  };

  const limited = (name: keyof typeof counts, limit: number): RequestHandler => {
    const policy = `"${name}"; q=${limit}; w=${minute / 1_000}`;
    return async (request, response, next) => {
      const found = await authenticate(request);
      credentials.set(response, found);
      const { totalHits, resetTime } = counts[name].hit(found.id);
      response.setHeader('RateLimit', `"${name}"; r=${Math.max(0, limit - totalHits)}; t=${secondsUntil(resetTime)}`).setHeader('RateLimit-Policy', policy);
      if (totalHits > limit) throw tooMany(resetTime);
      next();
    };
  };

  return {
    submit: limited('submit', limits.submits),
    poll: limited('poll', limits.polls),
    countUnauthenticated,
    stop: () => [counts.submit, counts.poll, unauthenticated].forEach((counter) => counter.stop()),
  };
};

const secondsUntil = (time: Date): number => Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1_000));

const tooMany = (resetTime: Date) => httpError(429, 'Too many requests. Send the request again after the seconds in Retry-After.', { 'Retry-After': String(secondsUntil(resetTime)) });
