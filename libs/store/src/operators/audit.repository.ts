import mongoose from 'mongoose';
import type { mongo } from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

const { ObjectId } = mongoose.mongo;

/** `begun`: the action was interrupted, because the process died before it stored the result. */
export type AuditOutcome = 'begun' | 'done' | 'rejected' | 'failed';

/** One action of an operator, successful or not. */
export interface AuditRecord {
  by: string;
  /** Null before a login. */
  role: string | null;
  action: string;
  saga_id?: string;
  instance_id?: string;
  correlation_id?: string;
  reason: string | null;
  /** The client's IP address. */
  from: string | null;
  detail?: object;
}

export interface AuditDocument extends AuditRecord {
  _id: InstanceType<typeof ObjectId>;
  at: Date;
  outcome: AuditOutcome;
  code?: string;
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

/** The audit log of operator actions: who did what, when, why, and with what result. */
export interface AuditRepository {
  /** Inserts the record before the action. Returns a function that stores the result. */
  begin(record: AuditRecord): Promise<(end: AuditEnd) => Promise<void>>;
  /** Inserts the record of an action that is already finished. */
  note(record: AuditRecord, end: AuditEnd): Promise<void>;
  /** Returns the pause of Bull Board that is still in effect. Of several pauses, the first one counts: the later ones changed nothing. */
  boardPause(): Promise<Pick<AuditDocument, 'by' | 'at'> | undefined>;
  /** Returns records, newest first, starting below `before`. */
  list(filter: AuditFilter, page: { before?: string; limit: number }): Promise<{ records: AuditDocument[]; next?: string }>;
}

export const auditRepository = ({ connection }: Store): AuditRepository => {
  const records = () => rawCollection<AuditDocument>(connection, collections.audit);
  const insert = (record: AuditRecord, end: Partial<AuditEnd>): Promise<AuditDocument> =>
    withStoreErrors(async () => {
      const detail = record.detail || end.detail ? { detail: { ...record.detail, ...end.detail } } : {};
      const document: AuditDocument = { _id: new ObjectId(), at: new Date(), ...record, outcome: end.outcome ?? 'begun', ...(end.code !== undefined && { code: end.code }), ...detail };
      await records().insertOne(document);
      return document;
    });

  return {
    async begin(record) {
      const { _id } = await insert(record, {});
      return ({ outcome, code, detail }) =>
        withStoreErrors(async () => {
          const change = { outcome, ...(code !== undefined && { code }), ...(detail && { detail: { ...record.detail, ...detail } }) };
          await records().updateOne({ _id }, { $set: change });
        });
    },
    async note(record, end) {
      await insert(record, end);
    },
    boardPause: () =>
      withStoreErrors(async () => {
        const done = (action: string) => ({ action, outcome: 'done' as const });
        const resumed = await records().findOne(done('board resume'), { sort: { at: -1 }, projection: { at: 1 } });
        const since = resumed ? { at: { $gt: resumed.at } } : {};
        return (await records().findOne({ ...done('board pause'), ...since }, { sort: { at: 1 }, projection: { by: 1, at: 1 } })) ?? undefined;
      }),
    list: ({ by, action, sagaId }, { before, limit }) =>
      withStoreErrors(async () => {
        const filter: mongo.Filter<AuditDocument> = {
          ...(by !== undefined && { by }),
          ...(action !== undefined && { action }),
          ...(sagaId !== undefined && { saga_id: sagaId }),
          ...(before !== undefined && { _id: { $lt: new ObjectId(before) } }),
        };
        const found = await records().find(filter).sort({ _id: -1 }).limit(limit + 1).toArray();
        const last = found.length > limit ? found[limit - 1] : undefined;
        return { records: found.slice(0, limit), ...(last && { next: last._id.toHexString() }) };
      }),
  };
};
