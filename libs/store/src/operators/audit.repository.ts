import type { mongo } from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { ChainLink } from './audit-chain.js';
import { append } from './audit-chain.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** `begun`: the action was interrupted, because the process died before it stored the result. */
export type AuditOutcome = 'begun' | 'done' | 'rejected' | 'failed';

/** One action of an operator or administrator, successful or not. */
export interface AuditRecord {
  by: string;
  /** Null before a login and on the command line. */
  role: string | null;
  /** What was used: `session:<start of its id>`, `key:<id>` or `command-line`. Null before a login. */
  credential: string | null;
  action: string;
  saga_id?: string;
  instance_id?: string;
  correlation_id?: string;
  reason: string | null;
  /** The client's IP address, or the host of a command line. */
  from: string | null;
  detail?: object;
}

export interface AuditDocument extends AuditRecord, ChainLink {
  _id: mongo.ObjectId;
  at: Date;
  outcome: AuditOutcome;
  code?: string;
  /** The line of the action's begin. Only lines with a result have it. */
  completes?: mongo.ObjectId;
}

export interface AuditFilter {
  by?: string;
  action?: string;
  sagaId?: string;
}

/** The result of an action. */
export interface AuditEnd {
  outcome: Exclude<AuditOutcome, 'begun'>;
  code?: string;
  detail?: object;
}

/** The audit log: who did what, by what, when, why, and with what result. Lines are only appended, and each has the hash of the line before. */
export interface AuditRepository {
  /** Appends a line before the action. Returns a function that appends a line with the result. */
  begin(record: AuditRecord): Promise<(end: AuditEnd) => Promise<void>>;
  /** Appends the line of an action that is already finished. */
  note(record: AuditRecord, end: AuditEnd): Promise<void>;
  /** Returns the pause of Bull Board that is still in effect. Of several pauses, the first one counts: the later ones changed nothing. */
  boardPause(): Promise<Pick<AuditDocument, 'by' | 'at'> | undefined>;
  /** Returns actions with their results, newest first, starting below the line number `before`. */
  list(filter: AuditFilter, page: { before?: number; limit: number }): Promise<{ records: AuditDocument[]; next?: number }>;
}

export const auditRepository = ({ connection }: Store): AuditRepository => {
  const lines = () => rawCollection<AuditDocument>(connection, collections.audit);
  const insert = (record: AuditRecord, { outcome, code, detail }: AuditEnd | { outcome: 'begun'; code?: never; detail?: never }, completes?: AuditDocument['_id']): Promise<AuditDocument> =>
    append(connection, {
      at: new Date(),
      ...record,
      outcome,
      ...(code !== undefined && { code }),
      ...((record.detail || detail) && { detail: { ...record.detail, ...detail } }),
      ...(completes && { completes }),
    });

  /** Adds the results of the actions. An action without a result was interrupted, or has begun at this moment. */
  const withResults = async (begun: AuditDocument[]): Promise<AuditDocument[]> => {
    const results = await lines().find({ completes: { $in: begun.map(({ _id }) => _id) } }).toArray();
    const byId = new Map(results.map(({ completes, outcome, code, detail }) => [completes!.toHexString(), { outcome, ...(code !== undefined && { code }), ...(detail && { detail }) }]));
    return begun.map((line) => ({ ...line, ...byId.get(line._id.toHexString()) }));
  };

  return {
    async begin(record) {
      const { _id } = await insert(record, { outcome: 'begun' });
      return async (end) => void (await insert(record, end, _id));
    },
    async note(record, end) {
      await insert(record, end);
    },
    boardPause: () =>
      withStoreErrors(async () => {
        const done = (action: string) => ({ action, outcome: 'done' as const });
        const resumed = await lines().findOne(done('board resume'), { sort: { at: -1 }, projection: { at: 1 } });
        const since = resumed ? { at: { $gt: resumed.at } } : {};
        return (await lines().findOne({ ...done('board pause'), ...since }, { sort: { at: 1 }, projection: { by: 1, at: 1 } })) ?? undefined;
      }),
    list: ({ by, action, sagaId }, { before, limit }) =>
      withStoreErrors(async () => {
        const filter: mongo.Filter<AuditDocument> = {
          completes: { $exists: false },
          ...(by !== undefined && { by }),
          ...(action !== undefined && { action }),
          ...(sagaId !== undefined && { saga_id: sagaId }),
          ...(before !== undefined && { seq: { $lt: before } }),
        };
        const found = await lines().find(filter).sort({ seq: -1 }).limit(limit + 1).toArray();
        const last = found.length > limit ? found[limit - 1] : undefined;
        return { records: await withResults(found.slice(0, limit)), ...(last && { next: last.seq }) };
      }),
  };
};

/**
 * Appends a line, runs the action, then appends a line with its result.
 * The first line comes before the action: without it, a crash could leave an action that no line shows.
 */
export const recordAction = async <T>(audit: Pick<AuditRepository, 'begin'>, record: AuditRecord, run: () => Promise<T>, endOf: (result: T) => AuditEnd = () => ({ outcome: 'done' })): Promise<T> => {
  const end = await audit.begin(record);
  let result: T;
  try {
    result = await run();
  } catch (error) {
    await end({ outcome: 'failed', detail: { message: error instanceof Error ? error.message : String(error) } }).catch(() => undefined);
    throw error;
  }
  await end(endOf(result));
  return result;
};
