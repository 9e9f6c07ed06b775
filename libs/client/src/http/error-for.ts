import type { CrossroadsError, ErrorInfo, ValidationDetail } from '../errors.js';
import {
  ConflictError,
  NotAllowedError,
  NotAuthenticatedError,
  NotFoundError,
  RateLimitedError,
  UnavailableError,
  UnexpectedReplyError,
  ValidationError,
} from '../errors.js';

export interface Reply<T> {
  status: number;
  headers: Headers;
  /** Undefined if the body is not JSON, for example after a 304. */
  body: T;
  /** Milliseconds in the Retry-After header; undefined if the header is absent or invalid. */
  retryAfterMs: number | undefined;
}

/** Returns the error for a reply outside 2xx. */
export const errorFor = (reply: Reply<unknown>): CrossroadsError => {
  const { status } = reply;
  const info = errorInfoIn(reply);
  const withAdvice = (advice: string, more: Partial<ErrorInfo> = {}): ErrorInfo => ({ ...info, advice, ...more });
  switch (status) {
    case 401:
      return new NotAuthenticatedError(withAdvice('Check the API key, or the client id and secret: they must be complete, for this service, and neither revoked nor expired.'));
    case 403:
      return new NotAllowedError(withAdvice('Have the scope or the tenant added to these credentials, or use other credentials.'));
    case 404:
      return new NotFoundError(
        info.message === 'Not Found'
          ? withAdvice('The path does not exist: check the base URL.')
          : withAdvice('Check the id, and whether your tenant submitted the reset.'),
      );
    case 409:
      return new ConflictError(withAdvice('Read the current state before you continue.', { retryable: info.retryAfterMs !== undefined }));
    case 429:
      return new RateLimitedError(withAdvice('Send the request again after retryAfterMs, and send fewer requests at once.', { retryable: true }));
    case 408:
    case 425:
    case 502:
    case 503:
    case 504:
      return new UnavailableError(withAdvice('Send the request again later, with the same Idempotency-Key.', { retryable: true }));
    default:
      return status >= 400 && status < 500 ? rejection(reply, info) : new UnexpectedReplyError(withAdvice(unexpectedAdvice(info)));
  }
};

/** Returns the error for a 4xx. A 422 with a sentence is about the idempotency key, because errors in the request itself have a list. */
const rejection = ({ status, body }: Reply<unknown>, info: Omit<ErrorInfo, 'advice'>): CrossroadsError => {
  const detail = detailIn(body);
  if (status === 422 && typeof detail === 'string' && info.code === undefined) return new ConflictError({ ...info, advice: 'Send a new Idempotency-Key, or the request that this key was used for.' });
  return new ValidationError({ ...info, advice: 'Correct the request. Nothing was accepted.', detail: Array.isArray(detail) ? detail : [] });
};

const unexpectedAdvice = ({ status = 0, requestId }: Omit<ErrorInfo, 'advice'>): string =>
  status < 400
    ? 'Redirects are not followed, because the key could be sent to another server. Set the base URL to the new address of the service.'
    : `This is an internal error of the service: report it${requestId === undefined ? '' : ` with the request id ${requestId}`}.`;

const errorInfoIn = ({ status, headers, body, retryAfterMs }: Reply<unknown>): Omit<ErrorInfo, 'advice'> => ({
  message: sentenceOf(detailIn(body)) ?? `Crossroads responded with HTTP ${status}`,
  status,
  requestId: headers.get('x-request-id') ?? undefined,
  correlationId: headers.get('x-correlation-id') ?? undefined,
  code: memberOf(body, 'code'),
  retryAfterMs,
});

const sentenceOf = (detail: string | ValidationDetail[] | undefined): string | undefined =>
  Array.isArray(detail) ? detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ') : detail;

const detailIn = (body: unknown): string | ValidationDetail[] | undefined => {
  const detail = typeof body === 'object' && body !== null ? (body as { detail?: unknown }).detail : undefined;
  if (typeof detail === 'string' && detail !== '') return detail;
  return Array.isArray(detail) && detail.length > 0 && detail.every(isDetail) ? detail : undefined;
};

const isDetail = (entry: unknown): entry is ValidationDetail => {
  const { loc, msg } = (entry ?? {}) as Partial<ValidationDetail>;
  return Array.isArray(loc) && typeof msg === 'string';
};

const memberOf = (body: unknown, name: string): string | undefined => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};
