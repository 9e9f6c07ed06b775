import { isUtf8 } from 'node:buffer';
import { fieldRequired, jsonInvalid, notAModel } from './pydantic-findings.js';
import { plainProblem, type Read, unprocessable, validationDetail } from './problem.js';
import { readPythonJson } from './python-json.js';

/** Largest request body, in bytes, where nothing else is said. */
export const MAX_BODY_BYTES = 16_384;

/** A request body as it came off the wire. */
export interface RawBody {
  contentType: string | undefined;
  bytes: Uint8Array;
  /** Whether a body without a Content-Type is not JSON, as in FastAPI since 0.132.0; before that it was. Default true. */
  strictContentType?: boolean;
  /** Largest body taken, in bytes. Default {@link MAX_BODY_BYTES}. */
  maxBytes?: number;
}

/**
 * Parses a JSON body, with FastAPI's answers to a bad one, checked in this order: too large (413), not UTF-8 (400), empty
 * (422 `missing`), not declared as JSON (422 `model_attributes_type`), too deep (400), bad JSON (422 `json_invalid`), `null` (422 `missing`).
 *
 * A byte order mark is bad JSON here.
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

/** Parameters such as charset are ignored, as FastAPI ignores them: JSON is UTF-8 whatever they say. */
function isJson({ contentType, strictContentType = true }: RawBody): boolean {
  if (contentType === undefined) return !strictContentType;
  const essence = contentType.split(';', 1)[0] ?? '';
  return /^application\/(?:json|[^/]*\+json)$/.test(essence.trim().toLowerCase());
}
