import type { mongo } from 'mongoose';
import { sagaWrites } from '../sagas/saga-writes.js';
import type { Store } from './open-store.js';
import { withStoreErrors } from './store-errors.js';

/**
 * Reads what a response will show, so that no crash of the database can undo it.
 * On a replica set, reads what its majority has. A lone server also shows writes that have not reached its journal.
 * So the read is followed by a write that matches nothing, and MongoDB acknowledges that write after its journal is up to date.
 * Such writes are batched, so concurrent reads share one wait.
 */
export const durableRead = async <T>(store: Store, read: (options: Pick<mongo.FindOptions, 'readConcern'>) => Promise<T>): Promise<T> => {
  if (store.replicated()) return withStoreErrors(() => read({ readConcern: { level: 'majority' } }));
  const found = await withStoreErrors(() => read({}));
  await sagaWrites(store).flushJournal();
  return found;
};
