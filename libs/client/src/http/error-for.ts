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
import type { Reply } from './reply.js';
import { retryAfterMs } from './retry-after.js';

/** The error that a reply outside 2xx is. */
export const errorFor = (reply: Reply<unknown>): CrossroadsError => {
  const { status } = reply;
  const metadata = snapshotInfo(reply);
  const said = (advice: string, more: Partial<ErrorInfo> = {}): ErrorInfo => ({ ...metadata, advice, ...more });
  switch (status) {
    case 401:
      return new NotAuthenticatedError(said('Check the API key, or the client id and secret: whether they are whole, for this service, and neither revoked nor expired.'));
    case 403:
      return new NotAllowedError(said('Have the scope or the tenant added to these credentials, or use others.'));
    case 404:
      return new NotFoundError(
        metadata.message === 'Not Found'
          ? said('There is no such address: check the base URL.')
          : said('Check the id, and that the reset was asked for by the same tenant.'),
      );
    case 409:
      return new ConflictError(said('Look how it stands before you go on.', { retryable: metadata.retryAfterMs !== undefined }));
    case 429:
      return new RateLimitedError(said('Send it again after retryAfterMs, and fewer at once.', { retryable: true }));
    case 408:
    case 425:
    case 502:
    case 503:
    case 504:
      return new UnavailableError(said('Send it again later, with the same Idempotency-Key.', { retryable: true }));
    default:
      return status >= 400 && status < 500 ? rejection(reply, metadata) : new UnexpectedReplyError(said(unexpected(metadata)));
  }
};

/** A text where there could be a list is about the key: everything that is wrong with the request itself comes as a list. */
const rejection = ({ status, body }: Reply<unknown>, metadata: Omit<ErrorInfo, 'advice'>): CrossroadsError => {
  const detail = detailIn(body);
  if (status === 422 && typeof detail === 'string') return new ConflictError({ ...metadata, advice: 'Send a new Idempotency-Key, or the request this one was used for.' });
  return new ValidationError({ ...metadata, advice: 'Correct the request. Nothing was accepted.', detail: Array.isArray(detail) ? detail : [] });
};

const unexpected = ({ status = 0, requestId }: Omit<ErrorInfo, 'advice'>): string =>
  status < 400
    ? 'Redirects are not followed, lest the key be sent elsewhere: set the base URL to where the service is now.'
    : `It is a fault of the service: report it${requestId === undefined ? '' : ` with the request id ${requestId}`}.`;

const snapshotInfo = ({ status, headers, body }: Reply<unknown>): Omit<ErrorInfo, 'advice'> => ({
  message: sentence(detailIn(body)) ?? `Crossroads answered HTTP ${status}`,
  status,
  requestId: headers.get('x-request-id') ?? undefined,
  correlationId: headers.get('x-correlation-id') ?? undefined,
  code: memberOf(body, 'code'),
  retryAfterMs: retryAfterMs(headers.get('retry-after')),
});

const sentence = (detail: string | ValidationDetail[] | undefined): string | undefined =>
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
