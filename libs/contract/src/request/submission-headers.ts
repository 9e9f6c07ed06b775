import { readHeaders } from './headers.js';
import type { Finding, Read } from '../fastapi-compat/problem.js';
import { patternMismatch, stringTooLong, stringTooShort } from '../fastapi-compat/pydantic-findings.js';

/** A correlation id: long enough to avoid accidental reuse, safe in a path, and never the same as an order number. */
export const CORRELATION_ID = /^(?![0-9]+$)[A-Za-z0-9._~-]{8,128}$/;

/** Maximum length of an idempotency key, in characters. */
export const MAX_IDEMPOTENCY_KEY = 255;

/** The caller's own identifiers of a submission, for polling and for safe retries. */
export interface SubmissionHeaders {
  correlationId?: string;
  idempotencyKey?: string;
}

/**
 * Reads `X-Correlation-ID` and `Idempotency-Key`. Each is optional and may be sent once.
 *
 * A key may be bare, as most clients send it, or quoted, as the IETF draft requires: `abc` and `"abc"` are the same key.
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

/** Printable ASCII. A value that begins with a quote must end with one. Inside quotes, only quote and backslash are escaped. */
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
