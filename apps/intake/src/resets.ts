import { CORRELATION_ID } from '@crossroads/contract';
import type { ResetProgress } from '@crossroads/contract';
import type { AcceptedSaga, EntryDocument, IntakeRepository, SagaVersion } from '@crossroads/store';
import { sagaVersionOf } from '@crossroads/store';
import { httpError } from './http-error.js';
import { progressOf } from './progress.js';

/** A reset at the time it was read. */
export interface Reset {
  saga: AcceptedSaga;
  entries: EntryDocument[];
  progress: ResetProgress;
  sagaVersion: SagaVersion;
}

export interface Resets {
  /** Returns a reset. Throws HttpError with the same 404 for an unknown reset and for a reset of another tenant. */
  get(tenantId: string, correlationId: string): Promise<Reset>;
  /** Reads the same reset again. */
  again(reset: Reset): Promise<Reset>;
}

export const createResets = (sagas: IntakeRepository): Resets => {
  const get = async (tenantId: string, correlationId: string): Promise<Reset> => {
    const found = CORRELATION_ID.test(correlationId) ? await sagas.withLog(tenantId, correlationId) : undefined;
    if (found?.saga.type !== 'reset_order') throw unknownReset();
    const { saga, entries } = found;
    return { saga, entries, progress: progressOf(saga, entries), sagaVersion: sagaVersionOf(saga, entries.length) };
  };
  return { get, again: ({ saga }) => get(saga.tenant_id, saga.correlation_id) };
};

export const unknownReset = () => httpError(404, 'Reset not found');
