import type { OperatorCode } from './codes.js';

/** An HTTP error for an operator. `title` is what happened, and `message` the next step. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly status: number;
  readonly title: string;
  readonly code: OperatorCode;
  constructor(status: number, title: string, message: string, code: OperatorCode = defaultCodes[status] ?? 'ops.internal_error') {
    super(message);
    this.status = status;
    this.title = title;
    this.code = code;
  }
}

const defaultCodes: Record<number, OperatorCode> = {
  401: 'operator.not_signed_in',
  403: 'operator.not_allowed',
  404: 'request.not_found',
  422: 'request.invalid',
  429: 'request.too_many',
  500: 'ops.internal_error',
  503: 'store.unavailable',
};
