import { NonRetryableError } from '@crossroads/saga';
import mongoose from 'mongoose';

/** Bytes a document may have. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** A document exceeds MongoDB's size limit, or would. A retry cannot help, so the error is non-retryable. */
export class DocumentTooLarge extends NonRetryableError {
  constructor({ cause }: ErrorOptions = {}) {
    super('order.too_large', 'The order is too large: a MongoDB document can have at most 16 MB.');
    this.cause = cause;
  }
}

/** Returns the bytes of a document as it is sent. */
export const bytesOf = (document: object): number => mongoose.mongo.BSON.calculateObjectSize(document, { ignoreUndefined: false });
