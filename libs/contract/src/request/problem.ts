import { safeEcho, safeLocation } from './echo.js';

/** Where an input went wrong: `body`, `header`, `query` or `path` first, then keys and list indexes; for bad JSON the character offset. */
export type Location = (string | number)[];

/** One entry of a 422 list. The keys are always in this order on the wire, as FastAPI writes them. */
export interface ValidationDetail {
  type: string;
  loc: Location;
  msg: string;
  input: unknown;
  ctx?: Record<string, unknown>;
}

/** An error reply: HTTP status and the JSON body to send with it. */
export interface HttpProblem {
  status: number;
  body: { detail: ValidationDetail[] | string };
}

/** A reading that failed, with the reply that says why. */
export interface Rejection {
  ok: false;
  problem: HttpProblem;
}

/** The outcome of reading a piece of a request: its value, or the reply that says why there is none. */
export type Read<T> = { ok: true; value: T } | Rejection;

/** What pydantic says about a value, without where the value was. */
export interface Finding {
  type: string;
  msg: string;
  ctx?: Record<string, unknown>;
}

/** A finding at its place. `input` is echoed through {@link safeEcho}. */
export function validationDetail(finding: Finding, loc: Location, input: unknown): ValidationDetail {
  const { type, msg, ctx } = finding;
  const detail = { type, loc: safeLocation(loc), msg, input: safeEcho(input) };
  return ctx === undefined ? detail : { ...detail, ctx };
}

/** HTTP 422 with FastAPI's list. */
export function unprocessable(detail: ValidationDetail[]): Rejection {
  return { ok: false, problem: { status: 422, body: { detail } } };
}

/** An HTTP error whose `detail` is a plain sentence. */
export function plainProblem(status: number, detail: string): Rejection {
  return { ok: false, problem: { status, body: { detail } } };
}
