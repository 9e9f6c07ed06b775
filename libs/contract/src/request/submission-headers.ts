import { readHeaders } from './headers.js';
import type { Finding, Read } from './problem.js';
import { patternMismatch, stringTooLong, stringTooShort } from './pydantic-findings.js';

/** A correlation id: long enough not to be hit by chance, safe in a path, and not mistakable for an order number. */
export const CORRELATION_ID = /^(?![0-9]+$)[A-Za-z0-9._~-]{8,128}$/;

/** Longest idempotency key, in characters. */
export const MAX_IDEMPOTENCY_KEY = 255;

/** What a caller may say about a submission so that it can be found or repeated. */
export interface SubmissionHeaders {
  correlationId?: string;
  idempotencyKey?: string;
}

/**
 * Reads `X-Correlation-ID` and `Idempotency-Key`, each optional and given once at most.
 *
 * A key is taken bare, as most clients send it, and quoted, as the IETF draft wants it: `abc` and `"abc"` are one key.
 * Fails with HTTP 422: `string_pattern_mismatch`, `string_too_short`, `string_too_long`, or `value_error` for a repeat.
 */
export function readSubmissionHeaders(rawHeaders: readonly string[]): Read<SubmissionHeaders> {
  const read = readHeaders(rawHeaders, (take) => ({
    correlationId: take('X-Correlation-ID', { required: false, finding: correlationIdFinding }),
    idempotencyKey: take('Idempotency-Key', { required: false, finding: keyFinding }),
  }));
  if (!read.ok || read.value.idempotencyKey === undefined) return read;
  return { ok: true, value: { ...read.value, idempotencyKey: unquoted(read.value.idempotencyKey) } };
}

function correlationIdFinding(value: string): Finding | undefined {
  return CORRELATION_ID.test(value) ? undefined : patternMismatch(CORRELATION_ID.source);
}

/** Printable ASCII; a value that begins with a quote has to end with one, and inside only quote and backslash are escaped. */
const KEY = /^(?:"(?:[ !#-[\]-~]|\\["\\])*"|[!#-~][ -~]*)$/;

function keyFinding(value: string): Finding | undefined {
  if (value === '') return stringTooShort(1);
  if (!KEY.test(value)) return patternMismatch(KEY.source);
  const key = unquoted(value);
  if (key.length > MAX_IDEMPOTENCY_KEY) return stringTooLong(MAX_IDEMPOTENCY_KEY);
  return key.trim() === '' ? stringTooShort(1) : undefined;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value;
}
