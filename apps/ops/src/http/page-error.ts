import type { OperatorCode } from './codes.js';

/** A way out of the error that the page offers instead of “Try again”. */
export interface PageLink {
  href: string;
  label: string;
}

/** An HTTP error for an operator. `title` is what happened, and `message` the next step. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly status: number;
  readonly title: string;
  readonly code: OperatorCode;
  readonly link: PageLink | undefined;
  constructor(status: number, title: string, message: string, code: OperatorCode = defaultCodes[status] ?? 'ops.internal_error', link?: PageLink) {
    super(message);
    this.status = status;
    this.title = title;
    this.code = code;
    this.link = link;
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
