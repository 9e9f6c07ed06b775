import type { HttpProblem, Read } from '@crossroads/contract';
import type { IntakeCode } from './docs/codes.js';

/** An error that is reported to the caller, with its HTTP status, body and headers. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly problem: HttpProblem;
  readonly headers: Record<string, string>;
  constructor(problem: HttpProblem, headers: Record<string, string> = {}) {
    super(`HTTP status ${problem.status}`);
    this.problem = problem;
    this.headers = headers;
  }
}

/** Returns an HttpError whose `detail` is a sentence for the caller. */
export const httpError = (status: number, detail: string, headers?: Record<string, string>, code?: IntakeCode): HttpError =>
  new HttpError({ status, body: { detail, ...(code !== undefined && { code }) } }, headers);

/** Returns the value. Throws HttpError if reading failed. */
export const orThrow = <T>(read: Read<T>): T => {
  if (!read.ok) throw new HttpError(read.problem);
  return read.value;
};
