import { orderLimits } from '@crossroads/contract';

/** The meaning of an error status, and the next step of the caller. */
interface StatusInfo {
  means: string;
  next: string;
}

const metadata = (means: string, next: string): StatusInfo => ({ means, next });

/** Every error status of the intake. openapi.json and docs/errors.md are generated from it. */
export const statuses = {
  400: metadata('The path or the body cannot be read.', 'Send a correctly encoded path and valid JSON in UTF-8.'),
  401: metadata('Missing or invalid credentials.', 'Send a valid API key, or request a new token.'),
  403: metadata('The credentials lack the scope, or do not belong to the tenant or instance in the headers.', 'Correct the headers, or have the scope added to the key.'),
  404: metadata(
    'You have no such order or reset, or the path does not exist.',
    'Check the id, the number and X-Dest-Tenant-Name. Data of other tenants gets the same reply as data that does not exist.',
  ),
  405: metadata('The path does not support this method.', 'Use a method listed in `Allow`.'),
  408: metadata('The body did not arrive in time.', 'Send the request again on a new connection.'),
  409: metadata('The request conflicts with the current state.', 'Read `detail`: it describes the current state and the next step.'),
  413: metadata('The body is too large.', 'Send a smaller body.'),
  415: metadata('The body has a content encoding.', 'Send the body without compression.'),
  422: metadata(
    'Validation Error',
    `Correct the fields in the list, or read the sentence. An order has at most ${orderLimits.bols} BOLs, ${orderLimits.executedDrops} executed drops and ${orderLimits.bytes / 1024} kB; \`code\` names the limit. A malformed order accepts no changes until it is corrected.`,
  ),
  429: metadata('Too many requests.', 'Wait for the seconds in `Retry-After`.'),
  500: metadata('Internal error.', 'Send the request again with the same `Idempotency-Key`. If it fails again, report the `X-Request-ID` to the operators.'),
  503: metadata(
    'The database is unavailable, or too many operations wait for the database or for this order. `detail` states whether the request may have been accepted. In that case, X-Correlation-ID has the id for the retry.',
    'Send the request again with the same `Idempotency-Key` after the seconds in `Retry-After`.',
  ),
} as const satisfies Record<number, StatusInfo>;
