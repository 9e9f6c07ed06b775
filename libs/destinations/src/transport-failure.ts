import { RetryableError } from '@crossroads/saga';
import { AddressBlocked } from './destination-address.js';

type Reading = [pattern: RegExp, code: string, message: (code: string) => string];

/** Error codes of Node, OpenSSL and undici, the first match counts. */
const readings: readonly Reading[] = [
  [/TIMEOUT|^ETIMEDOUT$/, 'destination.timed_out', () => `The destination took too long to connect.`],
  [
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_)/,
    'destination.tls_failed',
    (code) => `The destination's certificate or encryption was not accepted (${code}). It has to be put right there.`,
  ],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_)/, 'destination.invalid_response', (code) => `The destination's reply is no proper HTTP (${code}).`],
  [/^(ENOTFOUND|EAI_)/, 'destination.unavailable', (code) => `The destination's host name leads nowhere (${code}). Check its address.`],
  [/^(E[A-Z]+|UND_ERR_(SOCKET|CLOSED|DESTROYED))$/, 'destination.unavailable', (code) => `The connection failed (${code}).`],
];

/** What the loss of a request or its reply means. Names codes only: the texts of these errors hold addresses and names. */
export const transportFailure = (error: unknown): unknown => {
  if (error instanceof AddressBlocked) {
    return new RetryableError('destination.address_blocked', `The destination's address is refused: ${error.message}. Set another one, then resume.`);
  }
  const code = codeOf(error);
  const reading = readings.find(([pattern]) => pattern.test(code));
  return reading ? new RetryableError(reading[1], reading[2](code)) : error;
};

/** undici's parser leaves the code out of some of its errors. */
const codeOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : name === 'HTTPParserError' ? 'HPE_UNKNOWN' : '';
};
