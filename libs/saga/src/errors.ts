import type { EntryDetail } from './step.js';

/** What the log entry of an error shows beside its message, such as the destination's reply. */
export type ErrorDetail = Omit<EntryDetail, 'message'>;

/** The step is rejected, and this attempt had no effect. The saga is compensated and ends. */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';
  readonly code: string;
  readonly detail: ErrorDetail;
  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** The attempt failed and is retried. It counts as an attempt. `retryAfterMs` is the delay that the destination requested. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  readonly detail: ErrorDetail;
  constructor(code: string, message: string, retryAfterMs?: number, detail: ErrorDetail = {}) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.detail = detail;
  }
}

/** What a deferred step waits for. */
export interface Wait {
  /** Milliseconds until the timeout. */
  delayMs: number;
  /** `retry`: the step runs again. `stop`: the saga stops for an operator unless it was approved or rejected by then. */
  onTimeout: 'retry' | 'stop';
  /** The saga's status while it waits; unchanged when absent. */
  status?: string;
}

/** The step cannot run yet: another saga or a limit blocks it, or it needs an approval. It does not count as an attempt. */
export class DeferStep extends Error {
  override readonly name = 'DeferStep';
  readonly code: string;
  readonly wait: Wait;
  readonly detail: ErrorDetail;
  constructor(code: string, message: string, wait: Wait, detail: ErrorDetail = {}) {
    super(message);
    this.code = code;
    this.wait = wait;
    this.detail = detail;
  }
}

/**
 * The step can neither continue nor be retried, and it is not known what to compensate: the lock of the order is gone, for example.
 * The saga stops at once for an operator. In the undo direction a NonRetryableError does the same.
 */
export class StopSaga extends Error {
  override readonly name = 'StopSaga';
  readonly code: string;
  readonly detail: ErrorDetail;
  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** A newer claim exists: this worker is a zombie and must not write any more. Throw it only where the newer epoch was seen. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** MongoDB is unavailable. The result is unknown, so the attempt is not counted. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** Whether the operation may have taken effect. */
  readonly sent: boolean;
  constructor(message: string, { sent = true, ...options }: ErrorOptions & { sent?: boolean } = {}) {
    super(message, options);
    this.sent = sent;
  }
}
