import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import { committed } from '../mongodb/trusted-reads.js';
import type { SagaDocument } from './saga-document.js';

/**
 * Returns those of the sagas that have not ended. A saga that does not exist was deleted by retention after its end, so it is not open either.
 * The lock of a saga that is not open is free. So an election must not undo an end that was read. `tenants` are the sagas' tenants, if known.
 */
export const openAmong = (store: Store, sagaIds: readonly string[], tenants?: readonly string[]): Promise<Set<string>> =>
  withStoreErrors(async () => {
    const open = await rawCollection<SagaDocument>(store.connection, collections.sagas)
      .find({ _id: { $in: [...sagaIds] }, ...(tenants && { tenant_id: { $in: [...tenants] } }), phase: { $ne: 'ended' } }, { projection: { _id: 1 }, ...committed(store) })
      .toArray();
    return new Set(open.map(({ _id }) => _id));
  });
