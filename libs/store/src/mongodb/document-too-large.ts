import { NonRetryableError } from '@crossroads/saga';
import mongoose from 'mongoose';

/** Bytes a document may have. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** A document that is or would become larger than MongoDB keeps. It stays so, which is why a step that meets it is refused and not repeated. */
export class DocumentTooLarge extends NonRetryableError {
  constructor({ cause }: ErrorOptions = {}) {
    super('order.too_large', 'The order is too large: a document of MongoDB has 16 MB at most.');
    this.cause = cause;
  }
}

/** Bytes of a document as it is sent; Infinity where it is larger than can be counted. */
export const bytesOf = (document: object): number => mongoose.mongo.BSON.calculateObjectSize(document, { ignoreUndefined: false });
