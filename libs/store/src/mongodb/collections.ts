import type { Connection } from 'mongoose';
import type { mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';

/** The collections by our words for them. */
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

/** The driver's own collection: exact values in and out, no casting and no defaults. Filters are built by us, never by a caller. */
export const rawCollection = <T extends mongo.Document>(connection: Connection, name: string): mongo.Collection<T> => {
  if (!connection.db) throw new StoreUnavailable('MongoDB is not connected');
  return connection.db.collection<T>(name);
};
