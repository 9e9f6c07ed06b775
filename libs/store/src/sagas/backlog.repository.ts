import { integrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';
import { blockedCodes, phases } from './saga-document.js';
import { countedUpTo } from './saga-view.repository.js';
import { dueImmediately } from './saga-writes.js';

/** The backlog, for metrics and autoscalers. Every process reads it often, so each query has a bound that does not depend on the number of sagas. */
export interface BacklogRepository {
  /** Returns the seconds since the oldest unclaimed saga became due, by the database's clock. 0 when there is none. */
  oldestDueSeconds(): Promise<number>;
  /** Counts sagas that have been due for longer than `overdueAfterMs`, up to `countedUpTo`. */
  overdue(): Promise<number>;
  /** Counts sagas that have not ended, by phase. Each count stops at `countedUpTo`. */
  phases(): Promise<Record<Exclude<Phase, 'ended'>, number>>;
  /** Counts sagas that wait for a destination that fails or is paused, by error code. Each count stops at `countedUpTo`. */
  blocked(): Promise<Record<string, number>>;
}

/** Milliseconds within which a due saga is normally claimed. */
const overdueAfterMs = 60_000;

const open = phases.filter((phase) => phase !== 'ended');

export const backlogRepository = ({ connection }: Store): BacklogRepository => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  const secondsSince = async (field: '$updated_at' | '$next_run_at', due: object): Promise<number> => {
    const pipeline = [{ $match: { next_run_at: due } }, { $sort: { next_run_at: 1, _id: 1 } }, { $limit: 1 }, { $project: { _id: 0, ms: { $subtract: ['$$NOW', field] } } }];
    const [oldest] = await sagas().aggregate<{ ms: number }>(pipeline).toArray();
    return Math.max(0, (oldest?.ms ?? 0) / 1_000);
  };
  /** Reads at most `countedUpTo` sagas, in index order. Sagas that are due immediately are in order of acceptance. */
  const overdueAmong = async (field: '$updated_at' | '$next_run_at', due: object): Promise<number> => {
    const late = { $expr: { $lt: [field, { $subtract: ['$$NOW', overdueAfterMs] }] } };
    const pipeline = [{ $match: { next_run_at: due } }, { $sort: { next_run_at: 1, _id: 1 } }, { $limit: countedUpTo }, { $match: late }, { $count: 'sagas' }];
    const [counted] = await sagas().aggregate<{ sagas: number }>(pipeline).toArray();
    return counted?.sagas ?? 0;
  };
  return {
    overdue: () =>
      withStoreErrors(async () => {
        const counts = await Promise.all([overdueAmong('$updated_at', dueImmediately), overdueAmong('$next_run_at', { $gt: dueImmediately })]);
        return Math.min(countedUpTo, counts[0] + counts[1]);
      }),

    oldestDueSeconds: () =>
      withStoreErrors(async () =>
        // Of a saga that is due immediately, `updated_at` is the time when it was accepted, resumed or made due.
        Math.max(...(await Promise.all([secondsSince('$updated_at', dueImmediately), secondsSince('$next_run_at', { $gt: dueImmediately })]))),
      ),

    phases: () =>
      withStoreErrors(async () => {
        const counts = open.map(async (phase) => {
          const filter = { status: { $in: integrationStatus.options }, phase };
          return [phase, await sagas().countDocuments(filter, { limit: countedUpTo })] as const;
        });
        return Object.fromEntries(await Promise.all(counts)) as Record<Exclude<Phase, 'ended'>, number>;
      }),

    blocked: () =>
      withStoreErrors(async () =>
        Object.fromEntries(await Promise.all(blockedCodes.map(async (code) => [code, await sagas().countDocuments({ phase: 'waiting', 'error.code': code }, { limit: countedUpTo })] as const))),
      ),
  };
};
