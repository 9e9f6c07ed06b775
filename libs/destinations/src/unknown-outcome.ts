import type { ErrorDetail } from '@crossroads/saga';
import { RetryableError } from '@crossroads/saga';

/** Statuses that prove that the destination did not apply the reset. */
const rejectionStatuses: ReadonlySet<number> = new Set([400, 404, 409, 410, 413, 422]);

/** Returns whether a status leaves open if the destination applied the reset. Only a retry can clarify it. */
export const isUnknownOutcome = (status: number): boolean => !(status >= 200 && status < 300) && !rejectionStatuses.has(status);

interface ReplyHead {
  status: number;
  /** The reply's Retry-After header, unparsed. */
  retryAfter: string | undefined;
}

/** Returns the error for a reply with an unknown outcome. */
export const unknownOutcome = (name: string, { status, retryAfter }: ReplyHead, now: Date, detail?: ErrorDetail): RetryableError => {
  const [code, message] = describeStatus(name, status);
  return new RetryableError(code, message, retryAfterMs(retryAfter, now), detail);
};

const describeStatus = (name: string, status: number): [code: string, message: string] => {
  if (status === 401 || status === 403) {
    return ['destination.credentials_rejected', `${name} rejected our credentials (HTTP ${status}). Renew its secret.`];
  }
  if (status === 429) return ['destination.rate_limited', `${name} limits its request rate (HTTP 429).`];
  if (status >= 300 && status < 400) {
    return ['destination.redirected', `${name} replied with a redirect (HTTP ${status}). Redirects are not followed. Set its new address, then resume.`];
  }
  return ['destination.unavailable', `${name} replied with HTTP ${status}.`];
};

/** An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`. Date.parse alone would accept `2` or `abc 1` as a date. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Returns the delay of a Retry-After header in milliseconds, or undefined when it is malformed or not in the future. */
export const retryAfterMs = (value: string | undefined, now: Date): number | undefined => {
  const text = value?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : httpDate.test(text) ? Date.parse(text) - now.getTime() : NaN;
  return ms > 0 ? ms : undefined;
};
