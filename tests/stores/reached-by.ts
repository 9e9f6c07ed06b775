import { openMongodbProxy } from '@crossroads/testkit';
import { ownDatabase } from './own-database.js';

/** How a test file reaches its database: the engine itself, or as the replica set that the test kit's proxy makes of it. */
export const reachedBy: { replicaSet?: string } = {};

/** A database of the file's own, reached as `reachedBy` asks. */
export const reachableDatabase = async (name: string): Promise<{ uri: string; close(): Promise<void> }> => {
  const { replicaSet } = reachedBy;
  const target = ownDatabase(name);
  if (replicaSet === undefined) return { uri: target, close: async () => {} };
  const proxy = await openMongodbProxy({ target, replicaSet });
  return { uri: proxy.uri(), close: () => proxy.close() };
};
