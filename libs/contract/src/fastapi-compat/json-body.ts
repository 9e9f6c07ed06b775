import { isUtf8 } from 'node:buffer';
import { fieldRequired, jsonInvalid, notAModel } from './pydantic-findings.js';
import { plainProblem, type Read, unprocessable, validationDetail } from './problem.js';
import { readPythonJson } from './python-json.js';

/** Default maximum size of a request body, in bytes. */
export const MAX_BODY_BYTES = 16_384;

/** A request body, as received. */
export interface RawBody {
  contentType: string | undefined;
  bytes: Uint8Array;
  /** Whether a body without a Content-Type is rejected, as in FastAPI since 0.132.0. Default true. */
  strictContentType?: boolean;
  /** Maximum size, in bytes. Default {@link MAX_BODY_BYTES}. */
  maxBytes?: number;
}

/**
 * Parses a JSON body. Returns the same problems as FastAPI, checked in this order:
 *
 * - too large: 413
 * - not UTF-8: 400
 * - empty: 422 `missing`
 * - not declared as JSON: 422 `model_attributes_type`
 * - nested too deep: 400
 * - invalid JSON, which includes a byte order mark: 422 `json_invalid`
 * - `null`: 422 `missing`
 */
export function readJsonBody(body: RawBody): Read<unknown> {
  if (body.bytes.byteLength > (body.maxBytes ?? MAX_BODY_BYTES)) return plainProblem(413, 'Request body too large');
  if (!isUtf8(body.bytes)) return unparsable();
  if (body.bytes.byteLength === 0) return missingBody();
  const text = decode(body.bytes);
  return isJson(body) ? parse(text) : unprocessable([validationDetail(notAModel, ['body'], text)]);
}

function parse(text: string): Read<unknown> {
  const reading = readPythonJson(text);
  if (reading.kind === 'unreadable') return unparsable();
  if (reading.kind === 'invalid') {
    return unprocessable([validationDetail(jsonInvalid(reading.message), ['body', reading.offset], {})]);
  }
  return reading.value === null ? missingBody() : { ok: true, value: reading.value };
}

function missingBody(): Read<never> {
  return unprocessable([validationDetail(fieldRequired, ['body'], null)]);
}

function unparsable(): Read<never> {
  return plainProblem(400, 'There was an error parsing the body');
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Returns whether the body is declared as JSON. Ignores parameters such as charset, as FastAPI does: JSON is always UTF-8. */
function isJson({ contentType, strictContentType = true }: RawBody): boolean {
  if (contentType === undefined) return !strictContentType;
  const essence = contentType.split(';', 1)[0] ?? '';
  return /^application\/(?:json|[^/]*\+json)$/.test(essence.trim().toLowerCase());
}
