import type { Connection, mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';

/** Names of the collections in MongoDB. */
export const collections = {
  orders: 'orders',
  sagas: 'sagas',
  logs: 'crossroads_logs',
  tenants: 'tenants',
  instances: 'instances',
  keys: 'keys',
  clients: 'clients',
  operators: 'operators',
  sessions: 'sessions',
  operatorKeys: 'operator_keys',
  audit: 'audit',
  bulks: 'bulks',
  bulkItems: 'bulk_items',
  purged: 'purged_sagas',
} as const;

/** Shard keys of a sharded cluster, as docs/scaling.md lists them. Updates name them, so that a router asks one shard. */
export const shardKeys: Partial<Record<string, readonly string[]>> = {
  [collections.sagas]: ['tenant_id'],
  [collections.orders]: ['routing.origin_tenant_id', 'origin_order_number'],
};

/**
 * Returns the driver's own collection: exact values, no casting and no defaults. Filters come from this library, never from a caller.
 * Throws StoreUnavailable before the first connection.
 */
export const rawCollection = <T extends mongo.Document>(connection: Connection, name: string): mongo.Collection<T> => {
  if (!connection.db) throw new StoreUnavailable('MongoDB is not connected');
  return connection.db.collection<T>(name);
};
