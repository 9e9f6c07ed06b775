import type { IntegrationStatus } from '@crossroads/contract';
import { integrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';
import type { mongo } from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from './entry-document.js';
import type { LogEntry } from './log-entry.js';
import { toLogEntries } from './log-entry.js';
import type { SagaDocument } from './saga-document.js';
import { blockedCodes, inFlight, phases } from './saga-document.js';

/** Which sagas to list. A saga must match every given field. */
export interface SagaFilter {
  statuses?: readonly IntegrationStatus[];
  phases?: readonly Phase[];
  tenantId?: string;
  ids?: readonly string[];
  /** Only sagas that wait for a destination that fails or is paused. */
  blocked?: true;
}

/** A saga as a list shows it. */
export type SagaRow = Omit<SagaDocument, 'inbound_request' | 'concurrency_keys'>;

export interface SagaRows {
  sagas: SagaRow[];
  /** Where the next page, of older sagas, begins. Absent on the last page. */
  next?: string;
}

export interface SagaCounts {
  status: Record<IntegrationStatus, number>;
  phase: Record<Phase, number>;
  /** Sagas that wait for a destination that fails or is paused. */
  blocked: number;
}

/** Sagas for the operator pages. Reads only. */
export interface SagaViewRepository {
  /** Returns sagas, newest first: the newest ones, those older than `before`, or those just newer than `after`. Returns the first page if fewer than `limit` are newer than `after`. */
  list(filter: SagaFilter, page: { before?: string | undefined; after?: string | undefined; limit: number }): Promise<SagaRows>;
  /** Counts matching sagas, of those newer than `after` if it is given. Stops at `countedUpTo`. */
  count(filter: SagaFilter, after?: string): Promise<number>;
  /** Counts sagas by status and by phase. Each count stops at `countedUpTo`. */
  counts(): Promise<SagaCounts>;
  /** Returns the oldest saga that continues without an operator. */
  oldestInFlight(): Promise<SagaRow | undefined>;
  /** Counts unclaimed sagas that were due before `since`. Stops at `countedUpTo`. */
  overdue(since: Date): Promise<number>;
  saga(sagaId: string): Promise<SagaDocument | undefined>;
  /** Returns the phase of each saga that exists. */
  phasesOf(sagaIds: readonly string[]): Promise<Map<string, Phase>>;
  /** Returns the log of the saga, oldest entry first. Returns none for a saga that does not exist. */
  entries(sagaId: string): Promise<LogEntry[]>;
}

/**
 * Highest count. Above it a list shows "1,000+". Each list shows seventeen counts, and exact counts would cost more with every saga.
 * A bulk action shows the exact number.
 */
export const countedUpTo = 1_000;

const rowOnly = { inbound_request: 0, concurrency_keys: 0 } as const;

export const sagaViewRepository = ({ connection }: Store): SagaViewRepository => {
  const sagas = () => rawCollection<SagaDocument>(connection, collections.sagas);
  const count = (filter: mongo.Filter<SagaDocument>) => sagas().countDocuments(filter, { limit: countedUpTo });
  const read = (filter: mongo.Filter<SagaDocument>, direction: 1 | -1, limit: number): Promise<SagaRow[]> => sagas().find(filter, { projection: rowOnly }).sort({ _id: direction }).limit(limit).toArray();
  return {
    list: (filter, { before, after, limit }) =>
      withStoreErrors(async () => {
        if (after !== undefined) {
          const newer = (await read(filterOf(filter, { after }), 1, limit)).reverse();
          if (newer.length === limit) return { sagas: newer, next: newer.at(-1)!._id };
        }
        const found = await read(filterOf(filter, { before }), -1, limit + 1);
        const last = found.length > limit ? found[limit - 1] : undefined;
        return { sagas: found.slice(0, limit), ...(last && { next: last._id }) };
      }),

    // Without a bound of `_id`, MongoDB would count all sagas by reading their documents.
    count: (filter, after = '') => withStoreErrors(() => count(filterOf(filter, { after }))),

    counts: () =>
      withStoreErrors(async () => {
        const [status, phase, blocked] = await Promise.all([
          Promise.all(integrationStatus.options.map(async (each) => [each, await count({ status: each })] as const)),
          Promise.all(phases.map(async (each) => [each, await count({ status: { $in: integrationStatus.options }, phase: each })] as const)),
          count(blockedSagas),
        ]);
        return { status: Object.fromEntries(status), phase: Object.fromEntries(phase), blocked } as unknown as SagaCounts;
      }),

    oldestInFlight: () =>
      withStoreErrors(async () => {
        const filter = filterOf({ phases: inFlight });
        return (await sagas().findOne(filter, { projection: rowOnly, sort: { _id: 1 } })) ?? undefined;
      }),

    overdue: (since) => withStoreErrors(() => count({ next_run_at: { $lt: since }, updated_at: { $lt: since } })),

    saga: (sagaId) => withStoreErrors(async () => (await sagas().findOne({ _id: sagaId })) ?? undefined),

    phasesOf: (sagaIds) =>
      withStoreErrors(async () => {
        const found = await sagas().find({ _id: { $in: [...sagaIds] } }, { projection: { phase: 1 } }).toArray();
        return new Map(found.map(({ _id, phase }) => [_id, phase]));
      }),

    entries: (sagaId) =>
      withStoreErrors(async () => {
        const [saga, entries] = await Promise.all([
          sagas().findOne({ _id: sagaId }, { projection: { type: 1, request: 1, inbound_request: 1 } }),
          rawCollection<EntryDocument>(connection, collections.logs).find({ saga_id: sagaId }).sort({ 'journal.epoch': 1, 'journal.seq': 1 }).toArray(),
        ]);
        return saga ? toLogEntries(saga, entries) : [];
      }),
  };
};

/** Matches exactly the sagas of the index `blocked`. */
export const blockedSagas = { phase: 'waiting' as const, 'error.code': { $in: [...blockedCodes] } };

/**
 * Always names statuses and phases, all of them if none are given. Then MongoDB merges sorted ranges of the index on both.
 * It neither sorts nor scans for any list.
 */
const filterOf = ({ statuses, phases: wanted, tenantId, ids, blocked }: SagaFilter, { before, after }: { before?: string | undefined; after?: string | undefined } = {}): mongo.Filter<SagaDocument> => ({
  ...(blocked && { ...blockedSagas, ...(statuses && { status: { $in: statuses } }) }),
  ...(!blocked && (statuses || wanted) && { status: { $in: statuses ?? integrationStatus.options }, phase: { $in: wanted ?? phases } }),
  ...(tenantId !== undefined && { tenant_id: tenantId }),
  ...((ids || before !== undefined || after !== undefined) && { _id: { ...(ids && { $in: ids }), ...(before !== undefined && { $lt: before }), ...(after !== undefined && { $gt: after }) } }),
});
