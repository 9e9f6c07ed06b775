import mongoose from 'mongoose';
import { DocumentTooLarge } from '../mongodb/document-too-large.js';

/**
 * Why a write to an order failed. Only `busy` is temporary.
 * - `full`: the order would have more bytes than `orderLimits` allows, or than a document can have.
 * - `bols`, `drops`: the order has as many BOLs or executed drops as `orderLimits` allows.
 * - `unfit`: another system stored a value of another type in the field.
 * - `gone`: the order no longer exists.
 * - `busy`: other systems kept changing the order.
 */
export type OrderWriteReason = 'full' | 'bols' | 'drops' | 'unfit' | 'gone' | 'busy';

/** A write to an order failed, and nothing was saved. */
export class OrderWriteRejected extends Error {
  override readonly name = 'OrderWriteRejected';
  readonly reason: OrderWriteReason;
  constructor(reason: OrderWriteReason, options?: ErrorOptions) {
    super(`The order is ${reason}, so nothing was saved.`, options);
    this.reason = reason;
  }
}

/** BadValue, TypeMismatch, PathNotViable: the stored value has another type than the write needs. */
const unfitCodes: ReadonlySet<unknown> = new Set([2, 14, 28]);

/** Returns OrderWriteRejected for errors that it covers, and any other error unchanged. */
export const orderWriteError = (error: unknown): unknown => {
  if (error instanceof DocumentTooLarge) return new OrderWriteRejected('full', { cause: error });
  if (error instanceof mongoose.mongo.MongoServerError && unfitCodes.has(error.code)) return new OrderWriteRejected('unfit', { cause: error });
  return error;
};
