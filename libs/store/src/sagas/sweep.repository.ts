import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { dueImmediately } from './saga.repository.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** A saga whose bell should have been heard by now. */
export interface DueSaga {
  sagaId: string;
  correlationId: string;
  type: string;
  tenantId: string;
  epoch: number;
  /** Since when. */
  due: Date;
}

export interface Overdue extends DueSaga {
  /** For how long it has been due, by the database's clock. */
  overdueMs: number;
}

/** Where a walk through the due sagas goes on. */
export interface SweepPlace {
  nextRunAt: Date;
  sagaId: string;
}

/** An order, and the ended saga it is held for. */
export interface Orphan {
  orderId: string;
  sagaId: string;
}

export interface SweepRepository {
  /** Sagas that are due, longest due first, from the given place on; and the place behind the last of them. */
  due(limit: number, after?: SweepPlace): Promise<{ sagas: Overdue[]; place: SweepPlace | undefined }>;
  /** Of these sagas the ones that are due still, in the state they were read in. */
  stillDue(found: readonly Pick<DueSaga, 'sagaId' | 'epoch' | 'due'>[]): Promise<Overdue[]>;
  /** Among the next held orders those whose saga has ended: a ghost took them after the end. And behind which saga to go on. */
  orphans(limit: number, after?: string): Promise<{ orphans: Orphan[]; place: string | undefined }>;
}

interface Locked {
  _id: { toHexString(): string };
  lock: { saga_id: string };
}

/** What is due at once says nothing of since when; that is when it was accepted, resumed or made due. */
const overdueMs = { $subtract: ['$$NOW', { $cond: [{ $eq: ['$next_run_at', dueImmediately] }, '$updated_at', '$next_run_at'] }] };

const isDue = { next_run_at: { $exists: true }, $expr: { $lte: ['$next_run_at', '$$NOW'] } };

export const overdueFields = { correlation_id: 1, type: 1, tenant_id: 1, epoch: 1, next_run_at: 1, overdue_ms: overdueMs };

export type OverdueDocument = Pick<SagaDocument, '_id' | 'correlation_id' | 'type' | 'tenant_id' | 'epoch' | 'next_run_at'> & { overdue_ms: number };

export const overdueOf = ({ _id, correlation_id, type, tenant_id, epoch, next_run_at, overdue_ms }: OverdueDocument): Overdue => ({
  sagaId: _id,
  correlationId: correlation_id,
  type,
  tenantId: tenant_id,
  epoch,
  due: next_run_at!,
  overdueMs: Number(overdue_ms),
});

export const sweepRepository = ({ connection }: Store): SweepRepository => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  return {
    due: (limit, after) =>
      withStoreErrors(async () => {
        const from = after && { next_run_at: { $gte: after.nextRunAt }, $or: [{ next_run_at: { $gt: after.nextRunAt } }, { _id: { $gt: after.sagaId } }] };
        const found = await sagas()
          .find<OverdueDocument>({ ...isDue, ...from }, { projection: overdueFields, sort: { next_run_at: 1, _id: 1 }, limit })
          .toArray();
        const last = found.at(-1);
        return {
          sagas: found.map(overdueOf),
          place: found.length === limit && last?.next_run_at ? { nextRunAt: last.next_run_at, sagaId: last._id } : undefined,
        };
      }),

    stillDue: (found) =>
      withStoreErrors(async () => {
        if (found.length === 0) return [];
        const wanted = new Map(found.map((saga) => [saga.sagaId, saga]));
        const now = await sagas()
          .find<OverdueDocument>({ _id: { $in: [...wanted.keys()] }, ...isDue }, { projection: overdueFields })
          .toArray();
        return now.map(overdueOf).filter(({ sagaId, epoch, due }) => {
          const before = wanted.get(sagaId)!;
          return before.epoch === epoch && before.due.getTime() === due.getTime();
        });
      }),

    orphans: (limit, after = '') =>
      withStoreErrors(async () => {
        const ownLock = await rawCollection<Locked>(connection, collections.orders)
          .find({ _id: { $type: 'objectId' }, 'lock.saga_id': { $exists: true, $gt: after } } as object, { projection: { 'lock.saga_id': 1 }, sort: { 'lock.saga_id': 1 }, limit })
          .toArray();
        const holders = ownLock.map(({ lock }) => lock.saga_id);
        // A holder that is not there at all, as in an order copied from elsewhere, will not unlock it either.
        const living = await sagas()
          .find({ _id: { $in: holders }, phase: { $ne: 'ended' } }, { projection: { _id: 1 } })
          .toArray();
        const open = new Set(living.map(({ _id }) => _id));
        return {
          orphans: ownLock.filter(({ lock }) => !open.has(lock.saga_id)).map(({ _id, lock }) => ({ orderId: _id.toHexString(), sagaId: lock.saga_id })),
          place: ownLock.length === limit ? holders.at(-1) : undefined,
        };
      }),
  };
};
