import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';
import { dueImmediately } from './saga-writes.js';

/** A saga that a worker should run now, with what its job needs. */
export interface DueSaga {
  sagaId: string;
  correlationId: string;
  type: string;
  tenantId: string;
  epoch: number;
  /** Time when it became due. */
  due: Date;
}

export interface Overdue extends DueSaga {
  /** Milliseconds it has been due, by the database's clock. */
  overdueMs: number;
}

/** Where the next page of due sagas begins. */
export interface SweepPlace {
  nextRunAt: Date;
  sagaId: string;
}

export interface SweepRepository {
  /** Returns due sagas behind the given place, longest due first, and the place of the next page. */
  due(limit: number, after?: SweepPlace): Promise<{ sagas: Overdue[]; place: SweepPlace | undefined }>;
  /** Returns those of the sagas that are still due and have not been claimed since they were read. */
  stillDue(found: readonly Pick<DueSaga, 'sagaId' | 'epoch' | 'due'>[]): Promise<Overdue[]>;
}

/** Of a saga that is due immediately, `updated_at` is the time when it was accepted, resumed or made due. */
const overdueMs = { $subtract: ['$$NOW', { $cond: [{ $eq: ['$next_run_at', dueImmediately] }, '$updated_at', '$next_run_at'] }] };

export const isDue = { next_run_at: { $exists: true }, $expr: { $lte: ['$next_run_at', '$$NOW'] } };

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
  };
};
