import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';
import type { Overdue, OverdueDocument } from './sweep.repository.js';
import { isDue, overdueFields, overdueOf } from './sweep.repository.js';

/** A saga that became due within the last seconds. */
export interface LatelyDue extends Overdue {
  /** A worker claimed it and neither settled nor renewed the claim. Most likely that worker died. */
  leftBehind: boolean;
}

export interface RecoveryRepository {
  /** Returns sagas that became due within the last seconds, newest first. Sagas that are due immediately are a backlog and not included. */
  latelyDue(limit: number): Promise<LatelyDue[]>;
  /** Returns whether `latelyDue` would return a saga now or within the next three seconds, as far as it is known now. */
  anyDueSoon(): Promise<boolean>;
  /** Returns those of the sagas that are due. */
  dueAmong(sagaIds: readonly string[]): Promise<Overdue[]>;
}

/** Milliseconds of the search window. The sweep finds sagas that have been due for longer. */
const windowMs = 15_000;

const soonMs = 3_000;

/** Matches sagas that became due within the window, or will until `untilMs` from now. */
const dueWithin = (untilMs: number) => ({
  next_run_at: { $exists: true },
  $expr: { $and: [{ $gt: ['$next_run_at', { $subtract: ['$$NOW', windowMs] }] }, { $lte: ['$next_run_at', untilMs === 0 ? '$$NOW' : { $add: ['$$NOW', untilMs] }] }] },
});

/** Crash recovery: a scan that each worker makes every second. Reads one window of the index, at most `limit` sagas, however many sagas are open. */
export const recoveryRepository = ({ connection }: Store): RecoveryRepository => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  return {
    latelyDue: (limit) =>
      withStoreErrors(async () => {
        const found = await sagas()
          .find<OverdueDocument & Pick<SagaDocument, 'settled_epoch'>>(
            dueWithin(0),
            { projection: { ...overdueFields, settled_epoch: 1 }, sort: { next_run_at: -1, _id: -1 }, limit },
          )
          .toArray();
        return found.map((saga) => ({ ...overdueOf(saga), leftBehind: saga.settled_epoch < saga.epoch }));
      }),

    anyDueSoon: () =>
      withStoreErrors(async () => (await sagas().findOne(dueWithin(soonMs), { projection: { _id: 0, next_run_at: 1 } })) !== null),

    dueAmong: (sagaIds) =>
      withStoreErrors(async () => {
        if (sagaIds.length === 0) return [];
        const found = await sagas()
          .find<OverdueDocument>({ _id: { $in: [...sagaIds] }, ...isDue }, { projection: overdueFields })
          .toArray();
        return found.map(overdueOf);
      }),
  };
};
