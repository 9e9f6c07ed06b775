import mongoose from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { EntryDocument } from './entry-document.js';
import type { AcceptedSaga } from './intake.repository.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

const { ObjectId } = mongoose.mongo;

const dayMs = 24 * 3_600_000;

/** Milliseconds an idempotency key is kept. Afterwards it may name another request. */
export const keyLastsMs = 7 * dayMs;

/** An operator's key that works no more is shown this long, so that somebody can see that it was there. */
const deadKeyShownMs = 30 * dayMs;

/** A tenant whose ended sagas are kept for so many days only. */
export interface Retention {
  tenantId: string;
  tenantName: string;
  days: number;
}

/**
 * What is deleted because it is old. Every call does one bounded piece of it and answers how many it took, so that fewer than `limit` means: nothing left.
 * All of it may be done twice, by several at once, and be broken off anywhere: a saga is written down as retired before anything of it goes.
 */
export interface RetentionRepository {
  tenants(): Promise<Retention[]>;
  /** Days its sagas are kept after their end; for ever when undefined. False when there is no tenant of that name. */
  keepFor(tenantName: string, days: number | undefined): Promise<boolean>;
  /** Retires the tenant's longest accepted sagas among those that ended so many days ago: the saga goes, then its log. */
  purge(retention: Pick<Retention, 'tenantId' | 'days'>, limit: number): Promise<number>;
  /** Goes on with what is left of retired sagas, from the given one on: what a crash broke off, and snapshots whose orders are gone by now. */
  clearUp(limit: number, after?: string): Promise<{ taken: number; last: string | undefined }>;
  /** Takes idempotency keys off sagas that have had them long enough. */
  forgetKeys(limit: number): Promise<number>;
  /** Removes operators' sessions that have expired, and keys of theirs that have long ceased to work. */
  removeExpired(limit: number): Promise<number>;
}

/** By the database's clock: one that is a year ahead in a worker would delete a year. */
const olderThan = (field: string, ms: number) => ({ [field]: { $type: 'date' }, $expr: { $lte: [`$${field}`, { $subtract: ['$$NOW', ms] }] } });

/** What was cleared, and that it was: what a recovery reads. */
const evidence = [{ 'extra_data.sha256': { $exists: true } }, { 'step.name': 'clear-deliveries', 'step.outcome': { $in: ['done', 'terminated', 'recorded'] } }];

export const retentionRepository = ({ connection }: Store): RetentionRepository => {
  const sagas = () => rawCollection<AcceptedSaga>(connection, collections.sagas);
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  const orders = () => rawCollection<{ _id: InstanceType<typeof ObjectId>; lock?: { saga_id: string } }>(connection, collections.orders);
  const purged = () => rawCollection<{ _id: string; purged_at: Date }>(connection, collections.purged);
  const tenants = () => rawCollection<{ _id: string; name: string; retention_days?: number }>(connection, collections.tenants);

  /** Those of the sagas that still hold an order. */
  const holding = async (ids: string[]): Promise<string[]> => {
    const held = await orders()
      .find({ 'lock.saga_id': { $exists: true, $in: ids } }, { projection: { 'lock.saga_id': 1 } })
      .toArray();
    return held.map(({ lock }) => lock!.saga_id);
  };

  /** Those of the sagas that saved something of an order that exists. */
  const withLivingOrder = async (ids: string[]): Promise<string[]> => {
    const snapshots = await logs()
      .find({ saga_id: { $in: ids }, 'extra_data.sha256': { $exists: true } }, { projection: { saga_id: 1, 'metadata.crossroads_order_id': 1 } })
      .toArray();
    const orderOf = new Map(snapshots.map(({ saga_id, metadata }) => [saga_id, new ObjectId(metadata.crossroads_order_id ?? undefined)]));
    const found = await orders()
      .find({ _id: { $in: [...orderOf.values()] } }, { projection: { _id: 1 } })
      .toArray();
    const alive = new Set(found.map(({ _id }) => _id.toHexString()));
    return [...orderOf].filter(([, orderId]) => alive.has(orderId.toHexString())).map(([sagaId]) => sagaId);
  };

  /** First the saga, so that nobody is shown one without its log; then the log; last the note that it was retired. */
  const removePurged = async (ids: string[]): Promise<void> => {
    await sagas().deleteMany({ _id: { $in: ids }, phase: 'ended' });
    const kept = await withLivingOrder(ids);
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
          .find({ tenant_id: tenantId, _id: { $lt: idOf(Date.now() - days * dayMs) }, phase: 'ended', ...olderThan('ended_at', days * dayMs) }, { projection: { _id: 1 }, sort: { _id: 1 }, limit })
          .toArray();
        const ended = found.map(({ _id }) => _id);
        // The sweep gives such an order back once it sees that its saga has ended; of one that is gone it could not tell.
        const holders = await holding(ended);
        const ids = ended.filter((id) => !holders.includes(id));
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
        if (found.length > 0) await sagas().updateMany({ _id: { $in: found.map(({ _id }) => _id) } }, { $unset: { idempotency_key: 1 } });
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

/** The first UUIDv7 of that millisecond: sagas accepted before have smaller ones. */
const idOf = (ms: number): SagaDocument['_id'] => {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};
