import type { Claim } from './claim.js';
import type { Entry, Journal } from './journal.js';

/** A saga as it is stored, as far as a decision about it needs it. */
export interface StoredSaga<Metadata = unknown> extends Pick<Claim<Metadata>, 'sagaId' | 'epoch' | 'settledEpoch' | 'phase' | 'resumed' | 'request' | 'metadata'> {
  /** The current step; absent once the saga has ended. */
  step?: string | undefined;
}

/** A saga and its journal, as they were read. */
export interface SagaRead<Metadata = unknown> {
  saga: StoredSaga<Metadata>;
  entries: readonly Entry[];
}

/**
 * Claims and wakes sagas for decisions made outside the worker: cancel, approve, reject, terminate. The decision itself goes into the journal.
 * Each method is one conditional update. All may throw StoreUnavailable.
 */
export interface Decisions<Metadata> {
  /**
   * Claims an idle saga, due or not, so that no worker runs it while the decision is written. Returns the claim's epoch.
   * Returns undefined when a worker has claimed the saga, or the saga has moved since it was read.
   * A claim that is never released lapses like a worker's. A stopped saga is claimed without a lease, so that it stays stopped.
   */
  claim(saga: StoredSaga<Metadata>): Promise<number | undefined>;
  /** Releases a claim, and makes the saga due now. Returns false when the claim was lost. */
  release(saga: StoredSaga<Metadata>, epoch: number): Promise<boolean>;
  /** Ends a claimed saga with status `error` and no compensation. Returns false when the claim was lost. */
  end(saga: StoredSaga<Metadata>, epoch: number, error: { code: string; message: string }): Promise<boolean>;
  /**
   * Lets a saga continue whose open step has received its final outcome from outside, if it has stopped. Returns false when it has ended.
   * Claims made so far may not have read that outcome, and their writes may arrive late. So none of them can stop the saga any more.
   */
  continueStopped(saga: StoredSaga<Metadata>): Promise<boolean>;
  /** Makes a saga that waits for approval due now. Returns false when it has moved since it was read. */
  wake(saga: StoredSaga<Metadata>): Promise<boolean>;
}

export interface SignalPorts<Metadata> {
  journal: Journal<Metadata>;
  decisions: Decisions<Metadata>;
}
