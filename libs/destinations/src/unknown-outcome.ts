import { retryAfterMs } from '@crossroads/contract';
import type { ErrorDetail } from '@crossroads/saga';
import { RetryableError } from '@crossroads/saga';

/** Statuses that usually prove that the destination did not apply the reset. The adapter decides about a 409. */
const rejectionStatuses: ReadonlySet<number> = new Set([400, 404, 409, 410, 413, 422]);

/** Returns whether a status leaves open if the destination applied the reset. Only a retry can clarify it. */
export const isUnknownOutcome = (status: number): boolean => !(status >= 200 && status < 300) && !rejectionStatuses.has(status);

interface Reason {
  code: string;
  message: string;
}

/** Returns the error for a reply with an unknown outcome. `retryAfter` is the reply's header, unparsed. */
export const unknownOutcome = ({ code, message }: Reason, retryAfter: string | undefined, now: Date, detail?: ErrorDetail): RetryableError =>
  // Without a delay of the destination, the backoff of the saga applies.
  new RetryableError(code, message, retryAfterMs(retryAfter, now.getTime()) || undefined, detail);

/** Returns what a status with an unknown outcome means. */
export const describeStatus = (name: string, status: number): Reason => {
  if (status === 401 || status === 403) {
    return { code: 'destination.credentials_rejected', message: `${name} rejected our credentials (HTTP ${status}). Renew its secret.` };
  }
  if (status === 429) return { code: 'destination.rate_limited', message: `${name} limits its request rate (HTTP 429).` };
  if (status >= 300 && status < 400) {
    return {
      code: 'destination.redirected',
      message: `${name} replied with a redirect (HTTP ${status}). Redirects are not followed. Set its new address, then resume.`,
    };
  }
  return { code: 'destination.unavailable', message: `${name} replied with HTTP ${status}.` };
};
