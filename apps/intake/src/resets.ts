import { CORRELATION_ID } from '@crossroads/contract';
import type { ResetProgress } from '@crossroads/contract';
import type { AcceptedSaga, LogEntry, IntakeRepository, SagaVersion } from '@crossroads/store';
import { bytesOf, sagaVersionOf } from '@crossroads/store';
import { httpError } from './http-error.js';
import { progressOf } from './progress.js';

/** A reset at the time it was read. */
export interface Reset {
  saga: AcceptedSaga;
  entries: LogEntry[];
  progress: ResetProgress;
  sagaVersion: SagaVersion;
}

export interface Resets {
  /**
   * Returns a reset. Snapshots in its log include their BOLs and drops only with `contents`.
   * Throws HttpError with the same 404 for an unknown reset and for a reset of another tenant, and 422 for contents that are too large.
   */
  get(tenantId: string, correlationId: string, options?: { contents: boolean }): Promise<Reset>;
  /** Reads the same reset again. */
  again(reset: Reset, options?: { contents: boolean }): Promise<Reset>;
}

/** Bytes of a log with the contents of its snapshots at most. Orders within `orderLimits` do not reach it. */
const maxLogBytes = 8 * 1024 * 1024;

export const createResets = (sagas: IntakeRepository): Resets => {
  const get: Resets['get'] = async (tenantId, correlationId, options) => {
    const found = CORRELATION_ID.test(correlationId) ? await sagas.withLog(tenantId, correlationId, options) : undefined;
    if (found?.saga.type !== 'reset_order') throw unknownReset();
    const { saga, entries } = found;
    if (options?.contents && bytesOf({ entries }) > maxLogBytes) {
      throw httpError(422, 'The log of the reset is larger than 8 MB with the contents of its snapshots. Send the request with logs=since:0, which omits them.', {}, 'reply.too_large');
    }
    return { saga, entries, progress: progressOf(saga, entries), sagaVersion: sagaVersionOf(saga, entries.length) };
  };
  return { get, again: ({ saga }, options) => get(saga.tenant_id, saga.correlation_id, options) };
};

export const unknownReset = () => httpError(404, 'Reset not found');
