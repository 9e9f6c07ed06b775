import type { ResetProgress } from './wire.js';

/** An entry of a 422 list, with the place and the error, as in FastAPI. */
export interface ValidationDetail {
  type: string;
  /** `body`, `header`, `query` or `path` first, then keys and list indexes. */
  loc: (string | number)[];
  msg: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** The information about an error. */
export interface ErrorInfo {
  message: string;
  /** The next step, as a sentence. */
  advice: string;
  /** HTTP status; undefined without a complete reply. */
  status?: number | undefined;
  /** Identifies the request in the service's log. */
  requestId?: string | undefined;
  correlationId?: string | undefined;
  /** Error code of the service in the form `<area>.<what>`, if it has one. */
  code?: string | undefined;
  /** Milliseconds to wait before the next attempt, as requested by the service. */
  retryAfterMs?: number | undefined;
  /** Whether the same call may succeed later. */
  retryable?: boolean;
  cause?: unknown;
}

export type ErrorKind =
  | 'invalid'
  | 'not_authenticated'
  | 'not_allowed'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'transport'
  | 'unexpected'
  | 'timed_out';

/** The error of every rejected call, except an abort. `kind` identifies the class where `instanceof` does not work. */
export abstract class CrossroadsError extends Error {
  abstract readonly kind: ErrorKind;
  readonly advice: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly correlationId: string | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  constructor({ message, advice, status, requestId, correlationId, code, retryAfterMs, retryable = false, cause }: ErrorInfo) {
    super(message, cause === undefined ? undefined : { cause });
    this.advice = advice;
    this.status = status;
    this.requestId = requestId;
    this.correlationId = correlationId;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.retryable = retryable;
  }
}

/** The request is invalid. Correct it before you send it again. */
export class ValidationError extends CrossroadsError {
  override readonly name = 'ValidationError';
  readonly kind = 'invalid';
  /** The errors with their places. Empty if the service returned a sentence. */
  readonly detail: readonly ValidationDetail[];
  constructor(info: ErrorInfo & { detail?: readonly ValidationDetail[] }) {
    super(info);
    this.detail = info.detail ?? [];
  }
}

/** The credentials are missing, wrong, revoked or expired. */
export class NotAuthenticatedError extends CrossroadsError {
  override readonly name = 'NotAuthenticatedError';
  readonly kind = 'not_authenticated';
}

/** The credentials are valid, but lack the scope, tenant or instance. */
export class NotAllowedError extends CrossroadsError {
  override readonly name = 'NotAllowedError';
  readonly kind = 'not_allowed';
}

/** You have no such reset. A reset of another tenant gets the same error. */
export class NotFoundError extends CrossroadsError {
  override readonly name = 'NotFoundError';
  readonly kind = 'not_found';
}

/** The request conflicts with the current state: a key or id was used for another request, or the reset can no longer be changed. */
export class ConflictError extends CrossroadsError {
  override readonly name = 'ConflictError';
  readonly kind = 'conflict';
}

/** Too many requests. */
export class RateLimitedError extends CrossroadsError {
  override readonly name = 'RateLimitedError';
  readonly kind = 'rate_limited';
}

/** The service, or a proxy in front of it, is temporarily unavailable. */
export class UnavailableError extends CrossroadsError {
  override readonly name = 'UnavailableError';
  readonly kind = 'unavailable';
}

/** No complete reply: no connection, a lost connection or a timeout. The request may have arrived. */
export class TransportError extends CrossroadsError {
  override readonly name = 'TransportError';
  readonly kind = 'transport';
}

/** An unexpected reply, or an internal error of the service. */
export class UnexpectedReplyError extends CrossroadsError {
  override readonly name = 'UnexpectedReplyError';
  readonly kind = 'unexpected';
}

/** `waitFor` timed out. The reset continues. */
export class TimedOutError extends CrossroadsError {
  override readonly name = 'TimedOutError';
  readonly kind = 'timed_out';
  /** The last known state. */
  readonly progress: ResetProgress | undefined;
  constructor(info: ErrorInfo & { progress: ResetProgress | undefined }) {
    super(info);
    this.progress = info.progress;
  }
}
