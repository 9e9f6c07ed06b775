import { type HttpProblem, type Read, unprocessable, type ValidationDetail } from './problem.js';

/**
 * Combines the results of reading headers and body. Returns both values, or one problem with the errors of the headers, then of the body.
 *
 * A body that could not be parsed (400, 413, or a 422 `json_invalid`) is reported alone, because FastAPI does not read the headers then.
 */
export function accumulate<H, B>(headers: Read<H>, body: Read<B>): Read<{ headers: H; body: B }> {
  if (!body.ok && standsAlone(body.problem)) return body;
  if (headers.ok && body.ok) return { ok: true, value: { headers: headers.value, body: body.value } };
  if (!headers.ok && standsAlone(headers.problem)) return headers;
  return unprocessable([...detailsOf(headers), ...detailsOf(body)]);
}

function standsAlone({ body: { detail } }: HttpProblem): boolean {
  return typeof detail === 'string' || detail.some(({ type }) => type === 'json_invalid');
}

function detailsOf(read: Read<unknown>): ValidationDetail[] {
  if (read.ok || typeof read.problem.body.detail === 'string') return [];
  return read.problem.body.detail;
}
