import type { Authenticator, Credentials } from '@crossroads/identity';
import { NotAllowed } from '@crossroads/identity';
import type { RateCounter } from '@crossroads/queue';
import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { refused } from '../refused.js';
import { WindowCounts } from './window-counts.js';

/** Requests a minute. */
export interface RateLimits {
  /** Of one key or client, to the calls that change something. */
  submits: number;
  /** Of one key or client, to the calls that look. */
  polls: number;
  /** Of one address, without valid credentials. */
  strangers: number;
}

/** What stands before every route that is not for everybody. */
export interface Admission {
  submit: RequestHandler[];
  poll: RequestHandler[];
  /** Counts a stranger; throws Refused with 429 once he has tried too often. Whoever has valid credentials is never counted here. */
  countStranger(ip: string | undefined): void;
  stop(): void;
}

const minute = 60_000;

const credentials = new WeakMap<Response, Credentials>();

/** Who was let in. */
export const credentialsOf = (response: Response): Credentials => credentials.get(response)!;

export const createAdmission = (authenticator: Authenticator, limits: RateLimits, shared?: RateCounter): Admission => {
  const strangers = new WindowCounts({ name: 'strangers', windowMs: minute });
  const counts = { submit: new WindowCounts({ name: 'submit', windowMs: minute, shared }), poll: new WindowCounts({ name: 'poll', windowMs: minute, shared }) };

  const countStranger = (ip = 'unknown'): void => {
    const { totalHits, resetTime } = strangers.hit(ip === 'unknown' ? ip : ipKeyGenerator(ip));
    if (totalHits > limits.strangers) throw tooMany(resetTime);
  };

  const authenticate: RequestHandler = async (request, response, next) => {
    try {
      credentials.set(response, await authenticator.authenticate(request.rawHeaders));
    } catch (error) {
      if (error instanceof NotAllowed) countStranger(request.ip);
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
      handler: (_request, _response, next) => next(refused(429, tooManySays)),
    });

  return {
    submit: [authenticate, limited('submit', limits.submits)],
    poll: [authenticate, limited('poll', limits.polls)],
    countStranger,
    stop: () => [counts.submit, counts.poll, strangers].forEach((kept) => kept.stop()),
  };
};

const tooManySays = 'Too many requests. Come back after the seconds in Retry-After.';

const tooMany = (resetTime: Date) => refused(429, tooManySays, { 'Retry-After': String(Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1_000))) });
