import { safeEcho, safeLocation } from './echo.js';

/** The place of an error: `body`, `header`, `query` or `path`, then keys and list indexes. For invalid JSON, the character offset. */
export type Location = (string | number)[];

/** An entry of a 422 list. The keys are always in this order on the wire, as in FastAPI. */
export interface ValidationDetail {
  type: string;
  loc: Location;
  msg: string;
  input: unknown;
  ctx?: Record<string, unknown>;
}

/** An error reply: HTTP status and JSON body. */
export interface HttpProblem {
  status: number;
  /** `code` names some errors whose `detail` is a sentence. `error` and `error_description` are the members that RFC 6749 defines for a token endpoint. */
  body: { detail: ValidationDetail[] | string; code?: string; error?: string; error_description?: string };
}

/** A failed result of reading, with the error reply. */
export interface Rejection {
  ok: false;
  problem: HttpProblem;
}

/** The result of reading a part of a request: its value, or the error reply. */
export type Read<T> = { ok: true; value: T } | Rejection;

/** An error of pydantic about a value, without its place. */
export interface Finding {
  type: string;
  msg: string;
  ctx?: Record<string, unknown>;
}

/** Returns an entry of a 422 list. `input` is echoed through {@link safeEcho}. */
export function validationDetail(finding: Finding, loc: Location, input: unknown): ValidationDetail {
  const { type, msg, ctx } = finding;
  const detail = { type, loc: safeLocation(loc), msg, input: safeEcho(input) };
  return ctx === undefined ? detail : { ...detail, ctx };
}

/** Returns a 422 with FastAPI's list of errors. */
export function unprocessable(detail: ValidationDetail[]): Rejection {
  return { ok: false, problem: { status: 422, body: { detail } } };
}

/** Returns an HTTP error whose `detail` is a sentence. */
export function plainProblem(status: number, detail: string): Rejection {
  return { ok: false, problem: { status, body: { detail } } };
}
