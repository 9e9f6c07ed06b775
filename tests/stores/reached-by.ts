import { openMongodbProxy } from '@crossroads/testkit';
import { ownDatabase } from './own-database.js';

/** How a test file connects to its database: directly, or through a proxy that imitates a replica set. */
export const reachedBy: { replicaSet?: string } = {};

/** Opens a database of one test file, connected as `reachedBy` requires. */
export const reachableDatabase = async (name: string): Promise<{ uri: string; close(): Promise<void> }> => {
  const { replicaSet } = reachedBy;
  const target = ownDatabase(name);
  if (replicaSet === undefined) return { uri: target, close: async () => {} };
  const proxy = await openMongodbProxy({ target, replicaSet });
  return { uri: proxy.uri(), close: () => proxy.close() };
};
