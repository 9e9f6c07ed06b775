import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument, SagaKey, SeenSaga } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

/** Claims and wakes sagas for decisions made outside the worker: cancel, approve, reject, terminate. The decision itself goes into the journal. */
export interface DecisionRepository {
  /**
   * Claims an idle saga, due or not, so that no worker runs it while the decision is written. Returns the claim's epoch.
   * Returns undefined when a worker has claimed the saga, or the saga has moved since it was read.
   * A claim that is never released lapses like a worker's. A stopped saga is claimed without a lease, so that it stays stopped.
   */
  claim(saga: SeenSaga & Pick<SagaDocument, 'phase'>): Promise<number | undefined>;
  /** Releases a claim, and makes the saga due now. */
  release(saga: SagaKey, epoch: number): Promise<void>;
  /** Ends a claimed saga with status `error` and no compensation. Returns false when the claim was lost. */
  end(saga: SagaKey, epoch: number, error: { code: string; message: string }): Promise<boolean>;
  /** Lets a stopped saga continue whose open step has received its final outcome from outside. */
  continueStopped(saga: SagaKey): Promise<void>;
  /** Makes a saga that waits for approval due now, unless it has moved since it was read. */
  wake(saga: SeenSaga): Promise<void>;
}

export const decisionRepository = (store: Store): DecisionRepository => {
  const writes = sagaWrites(store);
  return {
    claim: async (saga) => ((await (saga.phase === 'stopped' ? writes.claimStopped(saga) : writes.claimIdle(saga))) ? saga.epoch + 1 : undefined),
    release: async (saga, epoch) => void (await writes.releaseDecision(saga, epoch)),
    end: writes.end,
    continueStopped: async (saga) => void (await writes.continueStopped(saga)),
    wake: async (saga) => void (await writes.wakeAwaiting(saga)),
  };
};
