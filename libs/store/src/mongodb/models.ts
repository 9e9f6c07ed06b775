import type { Connection, Schema } from 'mongoose';
import { auditSchema } from '../operators/audit.model.js';
import { bulkItemSchema, bulkSchema } from '../operators/bulk.model.js';
import { logSchema } from '../sagas/log.model.js';
import { operatorKeySchema } from '../operators/operator-key.model.js';
import { operatorSchema, sessionSchema } from '../operators/operator.model.js';
import { orderSchema } from '../orders/order.model.js';
import { purgedSchema, sagaSchema } from '../sagas/saga.model.js';
import { clientSchema, instanceSchema, keySchema, tenantSchema } from '../tenants/tenant.model.js';

const schemas: Record<string, Schema> = {
  Order: orderSchema,
  Saga: sagaSchema,
  Log: logSchema,
  Tenant: tenantSchema,
  Instance: instanceSchema,
  Key: keySchema,
  Client: clientSchema,
  Operator: operatorSchema,
  Session: sessionSchema,
  OperatorKey: operatorKeySchema,
  Audit: auditSchema,
  Bulk: bulkSchema,
  BulkItem: bulkItemSchema,
  Purged: purgedSchema,
};

/** Returns every model of the store, bound to the connection. */
export const modelsOf = (connection: Connection) =>
  Object.entries(schemas).map(([name, schema]) => connection.models[name] ?? connection.model(name, schema));
