import type { mongo } from 'mongoose';
import { collections } from './collections.js';
import type { Store } from './open-store.js';
import { withStoreErrors } from './store-errors.js';

/**
 * Reads what a caller will be told, so that no crash of the database takes it back afterwards.
 * A replica set is asked for what its majority has. A lone server shows what has not reached its journal yet, so it is asked after the read,
 * by a write that matches nothing, to bring its journal up to date; those who ask together wait together.
 */
export const durableRead = async <T>({ commit, replicated }: Store, read: (options: Pick<mongo.FindOptions, 'readConcern'>) => Promise<T>): Promise<T> => {
  if (replicated()) return withStoreErrors(() => read({ readConcern: { level: 'majority' } }));
  const found = await withStoreErrors(() => read({}));
  await commit.update(collections.sagas, { _id: 'nobody' }, { $set: { phase: 'ended' } });
  return found;
};
