import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument, SagaKey, SeenSaga } from './saga-document.js';
import { unended } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

/** Operator commands on a saga. Each write returns false when the saga has moved since the operator saw it. */
export interface SagaCommandRepository {
  find(sagaId: string): Promise<SagaDocument | undefined>;
  /** Continues a stopped saga at the step that failed, with fresh attempts. */
  resume(saga: SeenSaga): Promise<boolean>;
  /** Makes a waiting or retrying saga due now. */
  runNow(saga: SeenSaga): Promise<boolean>;
  /** Returns the unfinished recovery of a reset. A unique index allows one. */
  openRecovery(reset: SagaKey): Promise<Pick<SagaDocument, '_id' | 'phase'> | undefined>;
}

export const sagaCommandRepository = (store: Store): SagaCommandRepository => {
  const { resume, runNow } = sagaWrites(store);
  const sagas = () => rawCollection<SagaDocument & { 'request.recovers.saga_id': string }>(store.connection, collections.sagas);
  return {
    find: (sagaId) => withStoreErrors(async () => (await sagas().findOne({ _id: sagaId })) ?? undefined),
    resume,
    runNow,
    openRecovery: ({ _id, tenant_id }) =>
      withStoreErrors(async () => {
        // The phases are those of the partial index. With other phases MongoDB would not use it.
        const filter = { tenant_id, 'request.recovers.saga_id': _id, phase: { $in: unended } };
        return (await sagas().findOne(filter, { projection: { phase: 1 } })) ?? undefined;
      }),
  };
};
