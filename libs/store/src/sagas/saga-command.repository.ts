import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { unended } from './saga-document.js';
import { dueImmediately, fromNow } from './saga.repository.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** What operators do to sagas. Each is one conditional update: true if it took effect, false if the saga has moved since it was looked at. */
export interface SagaCommandRepository {
  find(sagaId: string): Promise<SagaDocument | undefined>;
  /** Lets a stopped saga go on at the step that failed, with fresh attempts. */
  resume(saga: Pick<SagaDocument, '_id' | 'tenant_id' | 'epoch'>): Promise<boolean>;
  /** Makes a resting saga due at once. */
  runNow(saga: Pick<SagaDocument, '_id' | 'tenant_id' | 'epoch'>): Promise<boolean>;
  /** The recovery of a reset that has yet to end; a unique index lets there be one. */
  openRecovery(reset: Pick<SagaDocument, '_id' | 'tenant_id'>): Promise<Pick<SagaDocument, '_id' | 'phase'> | undefined>;
}

export const sagaCommandRepository = ({ connection, commit }: Store): SagaCommandRepository => ({
  find: (sagaId) =>
    withStoreErrors(async () => (await rawCollection<SagaDocument>(connection, collections.sagas).findOne({ _id: sagaId })) ?? undefined),

  resume: ({ _id, tenant_id, epoch }) =>
    commit.update(
      collections.sagas,
      { _id, tenant_id, epoch, phase: 'stopped' },
      // The stop was in order, so the claims before it are no crashes; the epoch stays, or a ghost of it could write.
      { $set: { phase: 'running', failures: 0, resumed: true, settled_epoch: epoch, next_run_at: dueImmediately }, $unset: { error: 1 }, ...fromNow },
    ),

  runNow: ({ _id, tenant_id, epoch }) =>
    commit.update(collections.sagas, { _id, tenant_id, epoch, settled_epoch: epoch, phase: { $in: ['retrying', 'waiting'] } }, { $set: { next_run_at: dueImmediately }, ...fromNow }),

  openRecovery: ({ _id, tenant_id }) =>
    withStoreErrors(async () => {
      const found = await rawCollection<SagaDocument & { 'request.recovers.saga_id': string }>(connection, collections.sagas).findOne(
        // The phases are those of the index, which answers nothing else.
        { tenant_id, 'request.recovers.saga_id': _id, phase: { $in: unended } },
        { projection: { phase: 1 } },
      );
      return found ?? undefined;
    }),
});
