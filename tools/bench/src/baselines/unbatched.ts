import type { Store } from '@crossroads/store';
import { collections } from '@crossroads/store';
import type { AnyDocument, Baseline, DataAccess, SagaLike } from './baseline.js';
import { losslessBson, named, objectId } from './baseline.js';
import { loop } from './same-writes.js';

/** The same reads, writes and POST in a plain loop, with one call per read and write. */
export const unbatched: Baseline = (work) => loop(work, singleAccess(work.store));

/** Sends each read and write as a call of its own. */
export const singleAccess = ({ connection }: Store): DataAccess => {
  const collection = (name: string) => connection.db!.collection<AnyDocument>(name);
  const one = async (name: string, filter: AnyDocument, options: object = {}): Promise<AnyDocument> => {
    const found = await collection(name).findOne(filter, options);
    if (!found) throw new Error(`The benchmark found no document in ${name}`);
    return found;
  };
  return {
    insert: async (name, document) => (await collection(name).insertOne(document)).acknowledged,
    update: async (name, filter, change) => (await collection(name).updateOne(filter, change)).matchedCount > 0,
    saga: (id) => one(collections.sagas, { _id: id }),
    order: ({ tenantId, otherName, number }) =>
      one(
        collections.orders,
        {
          $or: [
            { 'routing.origin_tenant_id': tenantId, 'routing.destination_tenant_name': otherName, origin_order_number: number },
            { 'routing.destination_tenant_id': tenantId, 'routing.origin_tenant_name': otherName, destination_order_number: number },
          ],
        },
        { projection: named },
      ),
    wholeOrder: (id) => one(collections.orders, { _id: objectId(id) }, losslessBson),
    blockedBy: async (keys, sagaId) => {
      const filter = { next_run_at: { $exists: true }, concurrency_keys: { $in: keys }, _id: { $lt: sagaId } };
      return (await connection.db!.collection<SagaLike>(collections.sagas).findOne(filter, { projection: { correlation_id: 1, type: 1, tenant_id: 1, epoch: 1 }, sort: { _id: 1 } }))?.['_id'];
    },
  };
};
