import { RetryableError } from '@crossroads/saga';
import { AddressBlocked } from './destination-address.js';

type Rule = [pattern: RegExp, code: string, message: (code: string) => string];

/** Error codes of Node, OpenSSL and undici. The first rule that matches applies. */
const rules: readonly Rule[] = [
  [/TIMEOUT|^ETIMEDOUT$/, 'destination.timed_out', () => `The connection to the destination timed out.`],
  [
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_)/,
    'destination.tls_failed',
    (code) => `TLS with the destination failed (${code}). Its operator must fix the certificate or the TLS configuration.`,
  ],
  [/^(HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_)/, 'destination.invalid_response', (code) => `The destination's reply is not valid HTTP (${code}).`],
  [/^(ENOTFOUND|EAI_)/, 'destination.unavailable', (code) => `The destination's host name could not be resolved (${code}). Check its address.`],
  [/^(E[A-Z]+|UND_ERR_(SOCKET|CLOSED|DESTROYED))$/, 'destination.unavailable', (code) => `The connection to the destination failed (${code}).`],
];

/**
 * Returns the RetryableError for a failed request, or the error itself when no rule matches.
 * The messages contain error codes only, because the original texts contain addresses and host names.
 */
export const toTransportError = (error: unknown): unknown => {
  if (error instanceof AddressBlocked) {
    return new RetryableError('destination.address_blocked', `The destination's address is blocked: ${error.message}. Set another address, then resume.`);
  }
  const code = codeOf(error);
  const rule = rules.find(([pattern]) => pattern.test(code));
  return rule ? new RetryableError(rule[1], rule[2](code)) : error;
};

/** Some parser errors of undici have no code. */
const codeOf = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : name === 'HTTPParserError' ? 'HPE_UNKNOWN' : '';
};
