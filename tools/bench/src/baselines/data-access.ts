import type { AnyDocument } from './document.js';

/** How the floors reach the database: the same reads and writes, sent in one way or another. */
export interface DataAccess {
  insert(collection: string, document: AnyDocument): Promise<boolean>;
  update(collection: string, filter: AnyDocument, change: AnyDocument | AnyDocument[]): Promise<boolean>;
  saga(sagaId: string): Promise<AnyDocument>;
  /** The order that the tenants call so, without its deliveries. */
  order(name: OrderName): Promise<AnyDocument>;
  /** The order whole, in exact BSON values. */
  wholeOrder(orderId: string): Promise<AnyDocument>;
  /** The earliest saga before this one in the line of any of the keys. */
  blockedBy(keys: string[], sagaId: string): Promise<string | undefined>;
}

export interface OrderName {
  tenantId: string;
  otherName: string;
  number: string;
}
