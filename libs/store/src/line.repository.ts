import type { Order } from '@crossroads/order-reset';
import { lineKeysOfOrder } from '@crossroads/order-reset';
import { collections, rawCollection } from './collections.js';
import { GroupRead } from './group-read.js';
import type { Store } from './open-store.js';
import type { SagaDocument } from './saga-document.js';
import type { Unheard } from './sweep.repository.js';
import { dueAtOnce, fromNow } from './saga.repository.js';
import { reaching } from './unavailable.js';

/** The sagas that want one order, in the order they were accepted in. */
export interface LineRepository {
  ahead(order: Order, sagaId: string): Promise<string | undefined>;
  /** Makes the saga that waits first due, and tells how to ring for it. */
  next(order: Order): Promise<Unheard | undefined>;
}

export const lineRepository = ({ connection, commit }: Store): LineRepository => {
  const first = (filter: object) =>
    reaching(() =>
      rawCollection<SagaDocument>(connection, collections.sagas).findOne(
        { next_run_at: { $exists: true }, ...filter },
        { projection: { correlation_id: 1, type: 1, tenant_id: 1, epoch: 1 }, sort: { _id: 1 } },
      ),
    );
  /** The first open saga under each key; orders that are asked for together are looked up together. */
  const firstUnder = new GroupRead<string, string>((keys) =>
    reaching(async () => {
      const firsts = await rawCollection<SagaDocument>(connection, collections.sagas)
        .aggregate<{ _id: string; first: string }>([
          { $match: { line_keys: { $in: keys }, next_run_at: { $exists: true } } },
          { $project: { line_keys: 1 } },
          { $unwind: '$line_keys' },
          { $group: { _id: '$line_keys', first: { $min: '$_id' } } },
        ])
        .toArray();
      return new Map(firsts.map(({ _id, first }) => [_id, first]));
    }),
  );
  return {
    async ahead(order, sagaId) {
      const firsts = await Promise.all(lineKeysOfOrder(order).map((key) => firstUnder.get(key)));
      return firsts.find((first) => first !== undefined && first < sagaId);
    },
    async next(order) {
      const saga = await first({ line_keys: { $in: lineKeysOfOrder(order) }, phase: 'waiting' });
      if (!saga) return undefined;
      const { _id, correlation_id, type, tenant_id, epoch } = saga;
      await commit.update(collections.sagas, { _id, epoch, phase: 'waiting' }, { $set: { next_run_at: dueAtOnce }, ...fromNow });
      return { sagaId: _id, correlationId: correlation_id, type, tenantId: tenant_id, epoch, due: dueAtOnce };
    },
  };
};
