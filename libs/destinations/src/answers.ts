import type { ErrorDetail } from '@crossroads/saga';
import { RetryableError } from '@crossroads/saga';
import { retryAfterMs } from './retry-after.js';

/** Answers by which the destination is known not to have done it. */
const rejecting: ReadonlySet<number> = new Set([400, 404, 409, 410, 413, 422]);

/** Whether an answer leaves open what the destination did, so that only asking again can tell. */
export const isUnknown = (status: number): boolean => !(status >= 200 && status < 300) && !rejecting.has(status);

interface Answer {
  status: number;
  /** The reply's Retry-After as it was sent. */
  retryAfter: string | undefined;
}

export const unavailable = (name: string, { status, retryAfter }: Answer, now: Date, detail?: ErrorDetail): RetryableError => {
  const [code, message] = unknownAnswer(name, status);
  return new RetryableError(code, message, retryAfterMs(retryAfter, now), detail);
};

const unknownAnswer = (name: string, status: number): [code: string, message: string] => {
  if (status === 401 || status === 403) {
    return ['destination.credentials_rejected', `${name} refused our credentials with ${status}. Renew its secret.`];
  }
  if (status === 429) return ['destination.rate_limited', `${name} asks for fewer requests (429).`];
  if (status >= 300 && status < 400) {
    return ['destination.redirected', `${name} redirects (${status}), which is not followed. Set its address to where it is now, then resume.`];
  }
  return ['destination.unavailable', `${name} answered ${status}.`];
};
