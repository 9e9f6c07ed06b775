import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import type { Overdue, OverdueDocument } from './sweep.repository.js';
import { overdueFields, overdueOf } from './sweep.repository.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** A saga that became due lately. */
export interface LatelyDue extends Overdue {
  /** A worker claimed it and neither settled it nor renewed its claim: most likely it died. */
  leftBehind: boolean;
}

export interface RecoveryRepository {
  /** Sagas that became due within the last seconds, the latest first. Those due at once, which are a backlog, are not looked at. */
  latelyDue(limit: number): Promise<LatelyDue[]>;
  /** Of these sagas the ones that are due. */
  dueAmong(sagaIds: readonly string[]): Promise<Overdue[]>;
}

/** Milliseconds looked back. What has been due for longer is left to the sweep. */
const windowMs = 15_000;

/** For the scan that each worker makes each second: whatever the number of open sagas, it reads a window of the index, and no further than `limit`. */
export const recoveryRepository = ({ connection }: Store): RecoveryRepository => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  return {
    latelyDue: (limit) =>
      withStoreErrors(async () => {
        const found = await sagas()
          .find<OverdueDocument & Pick<SagaDocument, 'settled_epoch'>>(
            { next_run_at: { $exists: true }, $expr: { $and: [{ $gt: ['$next_run_at', { $subtract: ['$$NOW', windowMs] }] }, { $lte: ['$next_run_at', '$$NOW'] }] } },
            { projection: { ...overdueFields, settled_epoch: 1 }, sort: { next_run_at: -1, _id: -1 }, limit },
          )
          .toArray();
        return found.map((saga) => ({ ...overdueOf(saga), leftBehind: saga.settled_epoch < saga.epoch }));
      }),

    dueAmong: (sagaIds) =>
      withStoreErrors(async () => {
        if (sagaIds.length === 0) return [];
        const found = await sagas()
          .find<OverdueDocument>({ _id: { $in: [...sagaIds] }, next_run_at: { $exists: true }, $expr: { $lte: ['$next_run_at', '$$NOW'] } }, { projection: overdueFields })
          .toArray();
        return found.map(overdueOf);
      }),
  };
};
