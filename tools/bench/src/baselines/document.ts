import mongoose from 'mongoose';

export type AnyDocument = Record<string, any>;

/** A saga, as far as a filter needs to know it. */
export interface SagaLike extends AnyDocument {
  _id: string;
}

export const objectId = (hex: string) => new mongoose.mongo.ObjectId(hex);

/** Read options that keep BSON's own number types, as a snapshot is read. */
export const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** What `resolve-order` reads of an order. */
export const named = { routing: 1, origin_order_number: 1, destination_order_number: 1, status: 1 } as const;
