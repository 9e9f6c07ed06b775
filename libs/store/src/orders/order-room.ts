import { orderLimits } from '@crossroads/contract';
import { bytesOf } from '../mongodb/document-too-large.js';

/** Bytes that BOLs and drops leave free: for the lock, the last progress event and the keys of list items. No update of these checks the size. */
const reservedBytes = 8 * 1024;

/**
 * Returns a condition of an update's filter: the order has room for an item, in place of the items that the expression returns.
 * MongoDB evaluates it together with the update, so concurrent updates cannot exceed the limit together.
 */
export const hasRoom = ({ for: item, insteadOf }: { for: object; insteadOf?: object }): { $expr: object } => {
  const remaining = insteadOf ? { $subtract: [{ $bsonSize: '$$ROOT' }, { $bsonSize: { replaced: insteadOf } }] } : { $bsonSize: '$$ROOT' };
  return { $expr: { $lte: [remaining, orderLimits.bytes - reservedBytes - bytesOf(item)] } };
};
