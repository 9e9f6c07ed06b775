import type { Decisions, StoredSaga } from '@crossroads/saga';
import type { Store } from '../mongodb/open-store.js';
import type { SagaMetadata, SeenSaga } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

/** Claims and wakes sagas in MongoDB for decisions made outside the worker. */
export const decisionRepository = (store: Store): Decisions<SagaMetadata> => {
  const writes = sagaWrites(store);
  return {
    claim: async (saga) => {
      const seen = { ...seenSaga(saga), phase: saga.phase };
      return (await (saga.phase === 'stopped' ? writes.claimStopped(seen) : writes.claimIdle(seen))) ? saga.epoch + 1 : undefined;
    },
    release: (saga, epoch) => writes.releaseDecision(seenSaga(saga), epoch),
    end: (saga, epoch, error) => writes.end(seenSaga(saga), epoch, error),
    continueStopped: (saga) => writes.continueStopped(seenSaga(saga)),
    wake: (saga) => writes.wakeAwaiting(seenSaga(saga)),
  };
};

const seenSaga = ({ sagaId, epoch, metadata }: StoredSaga<SagaMetadata>): SeenSaga => ({ _id: sagaId, tenant_id: metadata.tenantId, epoch });
