import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from './entry-document.js';
import { clearedEntries } from './journal.repository.js';
import type { AcceptedSaga, SagaDocument } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

const { ObjectId } = mongoose.mongo;

const dayMs = 24 * 3_600_000;

/** Milliseconds an idempotency key is kept. Then another request may use it. */
export const keyLastsMs = 7 * dayMs;

/** Milliseconds an expired or revoked operator key stays in the list, so that an operator can see that it existed. */
const deadKeyShownMs = 30 * dayMs;

/** A tenant whose sagas are deleted a number of days after their end. */
export interface Retention {
  tenantId: string;
  tenantName: string;
  days: number;
}

/**
 * Deletes old documents. Each call handles at most `limit` documents and returns how many it took. Fewer than `limit` means that none are left.
 * A saga is noted in `purged_sagas` before anything of it is deleted.
 * So calls may be repeated, run in several workers at once, and be interrupted anywhere.
 */
export interface RetentionRepository {
  tenants(): Promise<Retention[]>;
  /** Sets the days a tenant's sagas are kept after their end, or for ever when undefined. Returns false when there is no tenant of that name. */
  keepFor(tenantName: string, days: number | undefined): Promise<boolean>;
  /** Deletes the tenant's oldest sagas that ended that many days ago: first each saga, then its log. */
  purge(retention: Pick<Retention, 'tenantId' | 'days'>, limit: number): Promise<number>;
  /** Continues with partly deleted sagas behind the saga `after`: those of an interrupted purge, and snapshots whose orders no longer exist. */
  clearUp(limit: number, after?: string): Promise<{ taken: number; last: string | undefined }>;
  /** Removes idempotency keys that are older than `keyLastsMs`. */
  forgetKeys(limit: number): Promise<number>;
  /** Deletes expired operator sessions, and operator keys that expired or were revoked long ago. */
  removeExpired(limit: number): Promise<number>;
}

/** Compares with the database's clock. A worker whose clock is a year ahead would delete a year of sagas. */
const olderThan = (field: string, ms: number) => ({ [field]: { $type: 'date' }, $expr: { $lte: [`$${field}`, { $subtract: ['$$NOW', ms] }] } });

/** Matches the snapshots, and the entries that record what was cleared. A recovery reads both. */
const evidence = [{ 'extra_data.sha256': { $exists: true } }, clearedEntries];

export const retentionRepository = (store: Store): RetentionRepository => {
  const { connection } = store;
  const writes = sagaWrites(store);
  const sagas = () => rawCollection<AcceptedSaga>(connection, collections.sagas);
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  const orders = () => rawCollection<{ _id: InstanceType<typeof ObjectId> }>(connection, collections.orders);
  const purged = () => rawCollection<{ _id: string; purged_at: Date }>(connection, collections.purged);
  const tenants = () => rawCollection<{ _id: string; name: string; retention_days?: number }>(connection, collections.tenants);

  /** Returns those of the sagas with a snapshot of an order that still exists. */
  const withExistingOrder = async (ids: string[]): Promise<string[]> => {
    const snapshots = await logs()
      .find({ saga_id: { $in: ids }, 'extra_data.sha256': { $exists: true } }, { projection: { saga_id: 1, 'metadata.crossroads_order_id': 1 } })
      .toArray();
    const orderOf = new Map(snapshots.map(({ saga_id, metadata }) => [saga_id, new ObjectId(metadata!.crossroads_order_id!)]));
    const found = await orders()
      .find({ _id: { $in: [...orderOf.values()] } }, { projection: { _id: 1 } })
      .toArray();
    const existing = new Set(found.map(({ _id }) => _id.toHexString()));
    return [...orderOf].filter(([, orderId]) => existing.has(orderId.toHexString())).map(([sagaId]) => sagaId);
  };

  /** Deletes the saga first, so that no page shows a saga without its log. Then deletes the log, and last the note in `purged_sagas`. */
  const removePurged = async (ids: string[]): Promise<void> => {
    await writes.deleteEnded(ids);
    const kept = await withExistingOrder(ids);
    const gone = ids.filter((id) => !kept.includes(id));
    await logs().deleteMany({ saga_id: { $in: kept }, $nor: evidence } as object);
    await logs().deleteMany({ saga_id: { $in: gone } });
    await purged().deleteMany({ _id: { $in: gone } });
  };

  return {
    tenants: () =>
      withStoreErrors(async () => {
        const found = await tenants().find({ retention_days: { $exists: true } }).toArray();
        return found.map(({ _id, name, retention_days }) => ({ tenantId: _id, tenantName: name, days: retention_days! }));
      }),

    keepFor: (name, days) =>
      withStoreErrors(async () => {
        const change = days === undefined ? { $unset: { retention_days: 1 as const } } : { $set: { retention_days: days } };
        return (await tenants().updateOne({ name }, change)).matchedCount > 0;
      }),

    purge: ({ tenantId, days }, limit) =>
      withStoreErrors(async () => {
        const found = await sagas()
          .find({ tenant_id: tenantId, _id: { $lt: firstIdAt(Date.now() - days * dayMs) }, phase: 'ended', ...olderThan('ended_at', days * dayMs) }, { projection: { _id: 1 }, sort: { _id: 1 }, limit })
          .toArray();
        const ids = found.map(({ _id }) => _id);
        if (ids.length === 0) return 0;
        await purged().bulkWrite(ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: { purged_at: new Date() } }, upsert: true } })), { ordered: false });
        await removePurged(ids);
        return ids.length;
      }),

    clearUp: (limit, after) =>
      withStoreErrors(async () => {
        const found = await purged()
          .find(after === undefined ? {} : { _id: { $gt: after } }, { projection: { _id: 1 }, sort: { _id: 1 }, limit })
          .toArray();
        const ids = found.map(({ _id }) => _id);
        if (ids.length > 0) await removePurged(ids);
        return { taken: ids.length, last: ids.at(-1) };
      }),

    forgetKeys: (limit) =>
      withStoreErrors(async () => {
        const found = await sagas()
          .find({ idempotency_key: { $exists: true }, ...olderThan('accepted_at', keyLastsMs) }, { projection: { _id: 1 }, sort: { accepted_at: 1 }, limit })
          .toArray();
        if (found.length > 0) await writes.forgetIdempotencyKeys(found.map(({ _id }) => _id));
        return found.length;
      }),

    removeExpired: (limit) =>
      withStoreErrors(async () => {
        const dead = [
          [collections.sessions, 'expires_at', 0],
          [collections.operatorKeys, 'expires_at', deadKeyShownMs],
          [collections.operatorKeys, 'revoked_at', deadKeyShownMs],
        ] as const;
        let most = 0;
        for (const [name, field, ms] of dead) {
          const collection = rawCollection<{ _id: string }>(connection, name);
          const found = await collection.find(olderThan(field, ms), { projection: { _id: 1 }, limit }).toArray();
          if (found.length > 0) await collection.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
          most = Math.max(most, found.length);
        }
        return most;
      }),
  };
};

/** Returns the first UUIDv7 of that millisecond. Sagas accepted earlier have smaller ids. */
const firstIdAt = (ms: number): SagaDocument['_id'] => {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};
