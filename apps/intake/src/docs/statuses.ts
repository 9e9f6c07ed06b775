import { orderLimits } from '@crossroads/contract';

/** The meaning of an error status, and the next step of the caller. */
interface StatusInfo {
  means: string;
  next: string;
  /** A `detail` with this status. */
  example: string;
}

const metadata = (means: string, next: string, example: string): StatusInfo => ({ means, next, example });

/** Every error status of the intake. openapi.json and docs/errors.md are generated from it. */
export const statuses = {
  400: metadata(
    'The request, its path or its body cannot be read.',
    'Send valid HTTP/1.1, a correctly encoded path and valid JSON in UTF-8.',
    'There was an error parsing the body',
  ),
  401: metadata(
    'Missing or invalid credentials.',
    'Send a valid API key, or request a new token.',
    'Missing or invalid credentials. Send an API key in X-API-Key, or a token from /auth/token as Authorization: Bearer.',
  ),
  403: metadata(
    'The credentials lack the scope, or do not belong to the tenant or instance in the headers.',
    'Correct the headers, or have the scope added to the key.',
    'These credentials lack the scope order:reset. Have it added to them, or use other credentials.',
  ),
  404: metadata(
    'You have no such order or reset, or the path does not exist.',
    'Check the id, the number and X-Dest-Tenant-Name. Data of other tenants gets the same reply as data that does not exist.',
    'Not Found',
  ),
  405: metadata(
    'The path does not support this method.',
    'Use a method listed in `Allow`.',
    'Method Not Allowed',
  ),
  408: metadata(
    'The request did not arrive in time.',
    'Send the request again on a new connection.',
    'The request body did not arrive in time. Send the request again on a new connection.',
  ),
  409: metadata(
    'The request conflicts with the current state.',
    'Read `detail`: it describes the current state and the next step.',
    'This X-Correlation-ID names another reset: see /v1/order/reset/recall-4711-a. Send another id.',
  ),
  413: metadata(
    'The body is too large.',
    'Send a smaller body.',
    'Request body too large',
  ),
  415: metadata(
    'The body has a content encoding.',
    'Send the body without compression.',
    'Send the body without a Content-Encoding: a compressed body is not accepted.',
  ),
  422: metadata(
    'Validation Error',
    `Correct the fields in the list, or read the sentence. An order has at most ${orderLimits.bols} BOLs, ${orderLimits.executedDrops} executed drops and ${orderLimits.bytes / 1024} kB; \`code\` names the limit. A malformed order accepts no changes until it is corrected.`,
    'The order is canceled, so it cannot be changed.',
  ),
  429: metadata(
    'Too many requests.',
    'Wait for the seconds in `Retry-After`.',
    'Too many requests. Send the request again after the seconds in Retry-After.',
  ),
  431: metadata(
    'The headers are too large.',
    'Send shorter headers: 8 kB together at most.',
    'The headers of the request are larger than 8 kB together. Send shorter headers.',
  ),
  500: metadata(
    'Internal error.',
    'Send the request again with the same `Idempotency-Key`. If it fails again, report the `X-Request-ID` to the operators.',
    'Internal Server Error',
  ),
  503: metadata(
    'The database is unavailable, or too many operations wait for the database or for this order. `detail` states whether the request may have been accepted. In that case, X-Correlation-ID has the id for the retry.',
    'Send the request again with the same `Idempotency-Key` after the seconds in `Retry-After`.',
    'The database is unavailable, so nothing was accepted. Send the request again after the seconds in Retry-After.',
  ),
} as const satisfies Record<number, StatusInfo>;
