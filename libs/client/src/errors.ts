import type { ResetProgress } from './wire.js';

/** Where one entry of a refusal points, and what is wrong there: FastAPI's shape. */
export interface ValidationDetail {
  type: string;
  /** `body`, `header`, `query` or `path` first, then keys and list indexes. */
  loc: (string | number)[];
  msg: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** What is known about a failure besides its kind. */
export interface ErrorInfo {
  message: string;
  /** What to do next, as a sentence. */
  advice: string;
  /** HTTP status; undefined where no whole reply came. */
  status?: number | undefined;
  /** Names the exchange in the service's log. */
  requestId?: string | undefined;
  correlationId?: string | undefined;
  /** Machine-readable reason, `<area>.<what>`, where the service gives one. */
  code?: string | undefined;
  /** Milliseconds the service asks to be left alone. */
  retryAfterMs?: number | undefined;
  /** Whether the same call may succeed later as it is. */
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

/** Everything a call rejects with, save its own AbortSignal's reason. `kind` tells the classes apart where `instanceof` cannot. */
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

/** The request is wrong and will stay so: correct it. */
export class ValidationError extends CrossroadsError {
  override readonly name = 'ValidationError';
  readonly kind = 'invalid';
  /** What is wrong, and where. Empty where the service says it in a sentence. */
  readonly detail: readonly ValidationDetail[];
  constructor(metadata: ErrorInfo & { detail?: readonly ValidationDetail[] }) {
    super(metadata);
    this.detail = metadata.detail ?? [];
  }
}

/** The credentials are missing, wrong, revoked or expired. */
export class NotAuthenticatedError extends CrossroadsError {
  override readonly name = 'NotAuthenticatedError';
  readonly kind = 'not_authenticated';
}

/** The credentials are good, and not for this. */
export class NotAllowedError extends CrossroadsError {
  override readonly name = 'NotAllowedError';
  readonly kind = 'not_allowed';
}

/** You have no such thing. One that is somebody else's looks the same. */
export class NotFoundError extends CrossroadsError {
  override readonly name = 'NotFoundError';
  readonly kind = 'not_found';
}

/** It contradicts what stands already: a key or id used for another request, or a reset that can no longer be changed. */
export class ConflictError extends CrossroadsError {
  override readonly name = 'ConflictError';
  readonly kind = 'conflict';
}

/** Too many requests. */
export class RateLimitedError extends CrossroadsError {
  override readonly name = 'RateLimitedError';
  readonly kind = 'rate_limited';
}

/** The service, or a proxy before it, cannot answer for now. */
export class UnavailableError extends CrossroadsError {
  override readonly name = 'UnavailableError';
  readonly kind = 'unavailable';
}

/** No whole reply came: nobody there, connection cut, no answer in time. The request may or may not have arrived. */
export class TransportError extends CrossroadsError {
  override readonly name = 'TransportError';
  readonly kind = 'transport';
}

/** A reply that this client cannot make sense of, or a fault of the service. */
export class UnexpectedReplyError extends CrossroadsError {
  override readonly name = 'UnexpectedReplyError';
  readonly kind = 'unexpected';
}

/** The time given to `waitFor` ran out. The reset goes on. */
export class TimedOutError extends CrossroadsError {
  override readonly name = 'TimedOutError';
  readonly kind = 'timed_out';
  /** How it stood when it was last seen. */
  readonly progress: ResetProgress | undefined;
  constructor(metadata: ErrorInfo & { progress: ResetProgress | undefined }) {
    super(metadata);
    this.progress = metadata.progress;
  }
}
