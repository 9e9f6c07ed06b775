import { collections, rawCollection } from './collections.js';
import type { Store } from './open-store.js';
import type { SagaDocument } from './saga-document.js';
import { dueAtOnce, fromNow } from './saga.repository.js';
import { reaching } from './unavailable.js';

/** What operators do to sagas. Each is one conditional update: true if it took effect, false if the saga has moved since it was looked at. */
export interface SagaCommandRepository {
  find(sagaId: string): Promise<SagaDocument | undefined>;
  /** Lets a stopped saga go on at the step that failed, with fresh attempts. */
  resume(saga: Pick<SagaDocument, '_id' | 'epoch'>): Promise<boolean>;
  /** Makes a resting saga due at once. */
  runNow(saga: Pick<SagaDocument, '_id' | 'epoch'>): Promise<boolean>;
  /** Recoveries of a reset, newest first. Found by the line of its order, so only those that have yet to end. */
  openRecoveries(reset: Pick<SagaDocument, '_id' | 'line_keys'>): Promise<string[]>;
}

export const sagaCommandRepository = ({ connection, commit }: Store): SagaCommandRepository => ({
  find: (sagaId) =>
    reaching(async () => (await rawCollection<SagaDocument>(connection, collections.sagas).findOne({ _id: sagaId })) ?? undefined),

  resume: ({ _id, epoch }) =>
    commit.update(
      collections.sagas,
      { _id, epoch, phase: 'stopped' },
      // The stop was in order, so the claims before it are no crashes; the epoch stays, or a ghost of it could write.
      { $set: { phase: 'running', failures: 0, resumed: true, settled_epoch: epoch, next_run_at: dueAtOnce }, $unset: { error: 1 }, ...fromNow },
    ),

  runNow: ({ _id, epoch }) =>
    commit.update(collections.sagas, { _id, epoch, phase: { $in: ['retrying', 'waiting'] } }, { $set: { next_run_at: dueAtOnce }, ...fromNow }),

  openRecoveries: ({ _id, line_keys }) =>
    reaching(async () => {
      const found = await rawCollection<SagaDocument>(connection, collections.sagas)
        .find({ line_keys: { $in: line_keys }, next_run_at: { $exists: true }, type: 'recover_order' }, { projection: { request: 1 }, sort: { _id: -1 }, limit: 100 })
        .toArray();
      return found.flatMap((saga) => ((saga.request as { recovers?: { saga_id?: string } }).recovers?.saga_id === _id ? [saga._id] : []));
    }),
});
