import type { HttpProblem, Read } from '@crossroads/contract';

/** The request is answered with an error that is the sender's business: a status, a body, and headers that help. */
export class HttpError extends Error {
  override readonly name = 'Refused';
  readonly problem: HttpProblem;
  readonly headers: Record<string, string>;
  constructor(problem: HttpProblem, headers: Record<string, string> = {}) {
    super(`answered ${problem.status}`);
    this.problem = problem;
    this.headers = headers;
  }
}

export const httpError = (status: number, detail: string, headers?: Record<string, string>): HttpError => new HttpError({ status, body: { detail } }, headers);

/** What was read, or Refused. */
export const valueOf = <T>(read: Read<T>): T => {
  if (!read.ok) throw new HttpError(read.problem);
  return read.value;
};
