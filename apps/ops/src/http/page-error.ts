import type { OperatorCode } from './codes.js';

/** An answer that is no page: what happened, and what to do next, in words for the person in front of it. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly status: number;
  readonly title: string;
  /** What a script goes by. */
  readonly code: OperatorCode;
  constructor(status: number, title: string, message: string, code: OperatorCode = codes[status] ?? 'ops.internal_error') {
    super(message);
    this.status = status;
    this.title = title;
    this.code = code;
  }
}

const codes: Record<number, OperatorCode> = {
  401: 'operator.not_signed_in',
  403: 'operator.not_allowed',
  404: 'request.not_found',
  422: 'request.invalid',
  429: 'request.too_many',
  500: 'ops.internal_error',
  503: 'store.unavailable',
};
