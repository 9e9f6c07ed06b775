import type { EntryDetail } from './step.js';

/** What the log entry of an error shows beside its message: the other side's reply, say. */
export type ErrorDetail = Omit<EntryDetail, 'message'>;

/** The business says no. Nothing of this step took effect; the saga turns round and undoes what came before. */
export class NonRetryableError extends Error {
  override readonly name = 'StepRefused';
  readonly code: string;
  readonly detail: ErrorDetail;
  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** Come back later. Counted as an attempt; `retryAfterMs` is the other side's wish and goes before our own backoff. */
export class RetryableError extends Error {
  override readonly name = 'StepUnavailable';
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

export interface Wait {
  /** Milliseconds. */
  forMs: number;
  /** What follows if nothing came of it: look again, or stop and let an operator decide. */
  afterwards: 'retry' | 'stop';
  /** Status to show meanwhile; the saga's own when left out. */
  status?: string;
}

/** Nothing is wrong, it is just not our turn yet. Not counted as an attempt, however often it is said. */
export class DeferStep extends Error {
  override readonly name = 'StepWaits';
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
 * The step can neither go on nor be retried, and nobody knows what would have to be compensated: the lock of the order is gone, say.
 * The saga stops at once and waits for an operator. In the undo direction a StepRefused does the same.
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

/** A newer claim exists: this worker is a zombie and must stop without another write. Throw it only where the newer epoch was seen. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** The truth cannot be reached. Nothing is known, so nothing is decided and nothing is counted. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** Whether what was asked of it may have taken effect all the same. */
  readonly sent: boolean;
  constructor(message: string, { sent = true, ...options }: ErrorOptions & { sent?: boolean } = {}) {
    super(message, options);
    this.sent = sent;
  }
}
