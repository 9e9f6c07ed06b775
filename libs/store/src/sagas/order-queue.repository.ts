import type { Order } from '@crossroads/order-reset';
import { concurrencyKeysOfOrder } from '@crossroads/order-reset';
import { collections, rawCollection } from '../mongodb/collections.js';
import { BatchLoader } from '../mongodb/batch-loader.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import type { DueSaga } from './sweep.repository.js';
import { dueImmediately, fromNow } from './saga.repository.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** A key, and the tenants whose sagas may have it. */
interface KeyOfOne {
  key: string;
  tenants: string[];
}

/** An order's sagas are those of its two ends. */
const endsOf = ({ caller, counterparty }: Order): string[] => [caller.tenant_id, counterparty.tenant_id];

const unique = (all: string[]): string[] => [...new Set(all)];

/** The tenants are there to find the shards. An index on them would read all that a tenant has open. */
const byLine = { hint: 'line' } as const;

/** The sagas that want one order, in the order they were accepted in. */
export interface OrderQueueRepository {
  blockedBy(order: Order, sagaId: string): Promise<string | undefined>;
  /** Makes the saga that waits first due, and tells how to ring for it. */
  next(order: Order): Promise<DueSaga | undefined>;
}

export const orderQueueRepository = ({ connection, commit }: Store): OrderQueueRepository => {
  const first = (filter: object) =>
    withStoreErrors(() =>
      rawCollection<SagaDocument>(connection, collections.sagas).findOne(
        { next_run_at: { $exists: true }, ...filter },
        { projection: { correlation_id: 1, type: 1, tenant_id: 1, epoch: 1 }, sort: { _id: 1 }, ...byLine },
      ),
    );
  /** The first open saga under each key; orders that are asked for together are looked up together. */
  const firstUnder = new BatchLoader<KeyOfOne, string>((asked) =>
    withStoreErrors(async () => {
      const firsts = await rawCollection<SagaDocument>(connection, collections.sagas)
        .aggregate<{ _id: string; first: string }>([
          { $match: { tenant_id: { $in: unique(asked.flatMap(({ tenants }) => tenants)) }, concurrency_keys: { $in: unique(asked.map(({ key }) => key)) }, next_run_at: { $exists: true } } },
          { $project: { concurrency_keys: 1 } },
          { $unwind: '$concurrency_keys' },
          { $group: { _id: '$concurrency_keys', first: { $min: '$_id' } } },
        ], byLine)
        .toArray();
      const firstOf = new Map(firsts.map(({ _id, first }) => [_id, first]));
      return new Map(asked.flatMap((one) => (firstOf.has(one.key) ? [[one, firstOf.get(one.key)!]] : [])));
    }),
  );
  return {
    async blockedBy(order, sagaId) {
      const firsts = await Promise.all(concurrencyKeysOfOrder(order).map((key) => firstUnder.get({ key, tenants: endsOf(order) })));
      return firsts.find((first) => first !== undefined && first < sagaId);
    },
    async next(order) {
      const saga = await first({ tenant_id: { $in: endsOf(order) }, concurrency_keys: { $in: concurrencyKeysOfOrder(order) }, phase: 'waiting' });
      if (!saga) return undefined;
      const { _id, correlation_id, type, tenant_id, epoch } = saga;
      await commit.update(collections.sagas, { _id, tenant_id, epoch, settled_epoch: epoch, phase: 'waiting' }, { $set: { next_run_at: dueImmediately }, ...fromNow });
      return { sagaId: _id, correlationId: correlation_id, type, tenantId: tenant_id, epoch, due: dueImmediately };
    },
  };
};
