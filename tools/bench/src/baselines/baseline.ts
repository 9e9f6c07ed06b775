import type { Store } from '@crossroads/store';
import mongoose from 'mongoose';

export type AnyDocument = Record<string, any>;

/** A saga document, as far as filters need its type. */
export interface SagaLike extends AnyDocument {
  _id: string;
}

export const objectId = (hex: string) => new mongoose.mongo.ObjectId(hex);

/** Read options that keep BSON's own number types, as a snapshot is read. */
export const losslessBson = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** The fields that `resolve-order` reads of an order. */
export const named = { routing: 1, origin_order_number: 1, destination_order_number: 1, status: 1 } as const;

/** The reads and writes of the baselines. Batched and unbatched implementations exist. */
export interface DataAccess {
  insert(collection: string, document: AnyDocument): Promise<boolean>;
  update(collection: string, filter: AnyDocument, change: AnyDocument | AnyDocument[]): Promise<boolean>;
  saga(sagaId: string): Promise<AnyDocument>;
  /** Finds an order by its number, without its deliveries. Throws when it does not exist. */
  order(name: OrderName): Promise<AnyDocument>;
  /** Reads a whole order in lossless BSON values. */
  wholeOrder(orderId: string): Promise<AnyDocument>;
  /** Returns the earliest open saga that blocks this one in any of the order queues. */
  blockedBy(keys: string[], sagaId: string): Promise<string | undefined>;
}

export interface OrderName {
  tenantId: string;
  otherName: string;
  number: string;
}

/** The work of a baseline in one of its two processes. */
export interface BaselineWork {
  store: Store;
  redisUrl: string;
  /** URL of the simulated destination. */
  destination: string;
  templates: readonly AnyDocument[];
  /** This process's share: ids of sagas, or of the floors' resets. Empty for baselines that take jobs from a queue. */
  sagaIds: readonly string[];
  /** Sagas in flight in this process. */
  inFlight: number;
  /** Resolves when the measurement starts. */
  started: Promise<void>;
  /** Reports one completed saga. */
  completed(): void;
}

/** Starts the work. Returns a function that stops it. */
export type Baseline = (work: BaselineWork) => Promise<{ stop(): Promise<void> }>;
