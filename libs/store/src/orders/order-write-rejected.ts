import mongoose from 'mongoose';
import { DocumentTooLarge } from '../mongodb/document-too-large.js';

/**
 * Why a write to an order was not made. `full`: the order would be larger than a document may be. `unfit`: another writer has stored something
 * where the write belongs that cannot take it. `gone`: there is no such order any more. `busy`: other writers kept coming in between; the only one that passes.
 */
export type OrderWriteReason = 'full' | 'unfit' | 'gone' | 'busy';

/** An order could not take a write. Nothing was saved. */
export class OrderWriteRejected extends Error {
  override readonly name = 'OrderWriteRefused';
  readonly reason: OrderWriteReason;
  constructor(reason: OrderWriteReason, options?: ErrorOptions) {
    super(`The order is ${reason}, so nothing was saved.`, options);
    this.reason = reason;
  }
}

/** BadValue, TypeMismatch, PathNotViable: what is stored in the way is not what the write goes into. */
const unfitCodes: ReadonlySet<unknown> = new Set([2, 14, 28]);

/** The error of a write to an order, in words of our own. */
export const orderWriteError = (error: unknown): unknown => {
  if (error instanceof DocumentTooLarge) return new OrderWriteRejected('full', { cause: error });
  if (error instanceof mongoose.mongo.MongoServerError && unfitCodes.has(error.code)) return new OrderWriteRejected('unfit', { cause: error });
  return error;
};
