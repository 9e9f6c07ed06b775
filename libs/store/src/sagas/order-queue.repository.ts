import type { Order } from '@crossroads/order-reset';
import { concurrencyKeysOfOrder } from '@crossroads/order-reset';
import { BatchLoader } from '../mongodb/batch-loader.js';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';
import { dueImmediately, sagaWrites } from './saga-writes.js';
import type { DueSaga } from './sweep.repository.js';

/** A concurrency key, and the tenants whose sagas may have it. */
interface TenantsKey {
  key: string;
  tenants: string[];
}

/** Returns the tenants at the two ends of the order. Only they have sagas about it. */
const tenantsOf = ({ caller, counterparty }: Order): string[] => [caller.tenant_id, counterparty.tenant_id];

const unique = (all: string[]): string[] => [...new Set(all)];

/** The filter names the tenants for the router of a sharded cluster. An index that begins with the tenant would read all its open sagas. */
const byKeys = { hint: 'concurrency_keys' } as const;

/** The queue of each order: its open sagas, first accepted first. */
export interface OrderQueueRepository {
  /**
   * Returns the first open saga of the order, if it was accepted before the given one. Keys also match sagas of another order with an equal number.
   * A saga that awaits approval is not included, since that may take a week. It has its order's lock, which blocks other sagas of that order.
   */
  blockedBy(order: Order, sagaId: string): Promise<string | undefined>;
  /** Makes the first waiting saga of the order due now. Returns what its job needs. */
  next(order: Order): Promise<DueSaga | undefined>;
}

export const orderQueueRepository = (store: Store): OrderQueueRepository => {
  const writes = sagaWrites(store);
  const sagas = () => rawCollection<SagaDocument>(store.connection, collections.sagas);
  /** Loads the first open saga of each key. Keys wanted at the same time are read in one query. */
  const firstOfKey = new BatchLoader<TenantsKey, string>((wanted) =>
    withStoreErrors(async () => {
      const firsts = await sagas()
        .aggregate<{ _id: string; first: string }>([
          { $match: { tenant_id: { $in: unique(wanted.flatMap(({ tenants }) => tenants)) }, concurrency_keys: { $in: unique(wanted.map(({ key }) => key)) }, next_run_at: { $exists: true }, phase: { $ne: 'awaiting_approval' } } },
          { $project: { concurrency_keys: 1 } },
          { $unwind: '$concurrency_keys' },
          { $group: { _id: '$concurrency_keys', first: { $min: '$_id' } } },
        ], byKeys)
        .toArray();
      const firstOf = new Map(firsts.map(({ _id, first }) => [_id, first]));
      return new Map(wanted.flatMap((one) => (firstOf.has(one.key) ? [[one, firstOf.get(one.key)!]] : [])));
    }),
  );
  return {
    async blockedBy(order, sagaId) {
      const firsts = await Promise.all(concurrencyKeysOfOrder(order).map((key) => firstOfKey.get({ key, tenants: tenantsOf(order) })));
      return firsts.find((first) => first !== undefined && first < sagaId);
    },
    async next(order) {
      const filter = { next_run_at: { $exists: true }, tenant_id: { $in: tenantsOf(order) }, concurrency_keys: { $in: concurrencyKeysOfOrder(order) }, phase: 'waiting' as const };
      const saga = await withStoreErrors(() => sagas().findOne(filter, { projection: { correlation_id: 1, type: 1, tenant_id: 1, epoch: 1 }, sort: { _id: 1 }, ...byKeys }));
      if (!saga) return undefined;
      await writes.wakeWaiting(saga);
      return { sagaId: saga._id, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch: saga.epoch, due: dueImmediately };
    },
  };
};
