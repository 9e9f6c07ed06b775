import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** `running` with an old heartbeat is interrupted too: its process died before it could store that. */
export type BulkState = 'running' | 'interrupted' | 'aborted' | 'done';

/** One action on many sagas. */
export interface BulkDocument {
  _id: string;
  action: string;
  reason: string;
  by: string;
  /** The session or key that started it. */
  credential: string;
  from: string | null;
  /** A description of the selection. */
  scope: string;
  total: number;
  state: BulkState;
  runner?: string;
  heartbeat_at: Date;
  created_at: Date;
  ended_at?: Date;
}

export type BulkOutcome = 'pending' | 'done' | 'rejected' | 'failed';

/** One saga of a bulk action, and its result. */
export interface BulkItem {
  _id: string;
  bulk_id: string;
  seq: number;
  saga_id: string;
  epoch: number;
  outcome: BulkOutcome;
  code?: string;
  message?: string;
  /** The recovery that the action started. */
  recovery_saga_id?: string;
  at?: Date;
}

export interface BulkRepository {
  /** Stores the bulk action and all its items before the first item is processed. */
  create(bulk: Omit<BulkDocument, 'total' | 'state' | 'heartbeat_at'>, sagas: readonly { _id: string; epoch: number }[]): Promise<void>;
  find(id: string): Promise<BulkDocument | undefined>;
  /** Returns bulk actions, newest first. */
  list(limit: number): Promise<BulkDocument[]>;
  counts(id: string): Promise<Record<BulkOutcome, number>>;
  /** Returns items in processing order, only those with the outcome if one is given. */
  items(id: string, outcome: BulkOutcome | undefined, limit: number): Promise<BulkItem[]>;
  finish(itemId: string, result: Pick<BulkItem, 'outcome' | 'code' | 'message' | 'recovery_saga_id'>): Promise<void>;
  /** Updates the runner's heartbeat. Returns false when the runner must stop, because the bulk action was aborted or taken over. */
  heartbeat(id: string, runner: string): Promise<boolean>;
  /** Takes over a bulk action that is interrupted or whose last heartbeat is before `silentSince`. */
  takeOver(id: string, runner: string, silentSince: Date): Promise<boolean>;
  /** Returns false when it no longer runs. */
  abort(id: string): Promise<boolean>;
  /** Ends the runner's work. */
  leave(id: string, runner: string, state: 'done' | 'interrupted'): Promise<void>;
}

export const bulkRepository = ({ connection }: Store): BulkRepository => {
  const bulks = () => rawCollection<BulkDocument>(connection, collections.bulks);
  const items = () => rawCollection<BulkItem>(connection, collections.bulkItems);
  const change = (filter: object, set: Partial<BulkDocument>) => withStoreErrors(async () => (await bulks().updateOne(filter, { $set: set })).matchedCount > 0);

  return {
    create: (bulk, sagas) =>
      withStoreErrors(async () => {
        if (sagas.length > 0) {
          await items().insertMany(
            sagas.map(({ _id, epoch }, index) => ({ _id: `${bulk._id}:${index + 1}`, bulk_id: bulk._id, seq: index + 1, saga_id: _id, epoch, outcome: 'pending' as const })),
          );
        }
        await bulks().insertOne({ ...bulk, total: sagas.length, state: 'running', heartbeat_at: new Date() });
      }),
    find: (id) => withStoreErrors(async () => (await bulks().findOne({ _id: id })) ?? undefined),
    list: (limit) => withStoreErrors(() => bulks().find({}).sort({ _id: -1 }).limit(limit).toArray()),
    counts: (id) =>
      withStoreErrors(async () => {
        const outcomes = ['pending', 'done', 'rejected', 'failed'] as const;
        const counted = await Promise.all(outcomes.map(async (outcome) => [outcome, await items().countDocuments({ bulk_id: id, outcome })] as const));
        return Object.fromEntries(counted) as Record<BulkOutcome, number>;
      }),
    items: (id, outcome, limit) =>
      withStoreErrors(() =>
        items()
          .find({ bulk_id: id, ...(outcome && { outcome }) })
          .sort({ seq: 1 })
          .limit(limit)
          .toArray(),
      ),
    finish: (itemId, result) =>
      withStoreErrors(async () => {
        await items().updateOne({ _id: itemId }, { $set: { ...result, at: new Date() } });
      }),
    heartbeat: (id, runner) => change({ _id: id, runner, state: 'running' }, { heartbeat_at: new Date() }),
    takeOver: (id, runner, silentSince) =>
      change({ _id: id, $or: [{ state: 'interrupted' }, { state: 'running', heartbeat_at: { $lt: silentSince } }] }, { runner, state: 'running', heartbeat_at: new Date() }),
    abort: (id) => change({ _id: id, state: { $in: ['running', 'interrupted'] } }, { state: 'aborted', ended_at: new Date() }),
    async leave(id, runner, state) {
      await change({ _id: id, runner, state: 'running' }, { state, heartbeat_at: new Date(), ...(state === 'done' && { ended_at: new Date() }) });
    },
  };
};
