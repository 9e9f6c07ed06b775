import type { Connection } from 'mongoose';
import mongoose, { type mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { bytesOf, DocumentTooLarge, maxDocumentBytes } from './document-too-large.js';
import { queueFull, Batcher } from './batcher.js';
import { asKnown, asUnavailable, inTime, isDuplicateKey } from './store-errors.js';

const { MongoClientBulkWriteError, MongoServerError } = mongoose.mongo;

type Write = { collection: string } & ({ document: mongo.Document } | { filter: mongo.Document; update: mongo.Document | mongo.Document[] });

interface Waiting {
  write: Write;
  bytes: number;
  resolve(outcome: boolean): void;
  reject(error: unknown): void;
}

/** Bytes an ordinary write is taken for. To count each would be to serialise it twice. */
const ordinaryBytes = 2_048;

/** Bytes of one message at most, less what frames the operations. A larger group leaves in several. */
const mostBytesInMessage = 40_000_000;

/**
 * Writes that are wanted at the same time leave in one command, of all collections together.
 * Each caller gets the outcome its operation would have had alone; a neighbour's failure is not its.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #batcher = new Batcher<Waiting>({ send: (group) => this.#send(group), late: ({ reject }) => reject(queueFull()), bytes: ({ bytes }) => bytes });

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** False when the document's key is taken. `bytes`: how large it is, where it may be large. */
  async insert(collection: string, document: mongo.Document, bytes = ordinaryBytes): Promise<boolean> {
    if (bytes > maxDocumentBytes) throw new DocumentTooLarge();
    return this.#join({ collection, document }, bytes);
  }

  /** False when nothing matched. */
  update(collection: string, filter: mongo.Document, update: mongo.Document | mongo.Document[]): Promise<boolean> {
    return this.#join({ collection, filter, update }, ordinaryBytes + listBytes(update));
  }

  #join(write: Write, bytes: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (!this.#batcher.join({ write, bytes, resolve, reject })) reject(queueFull());
    });
  }

  async #send(group: Waiting[]): Promise<void> {
    try {
      if (this.#connection.readyState !== mongoose.ConnectionStates.connected) throw new StoreUnavailable('MongoDB is not connected', { sent: false });
      await (group.length === 1 ? this.#sendAlone(group[0]!) : this.#sendBatch(group));
    } catch (error) {
      const reason = asKnown(error);
      for (const { reject } of group) reject(reason);
    }
  }

  /** A bulk of one would cost either side half as much again. */
  async #sendAlone({ write, resolve }: Waiting): Promise<void> {
    const collection = this.#connection.db!.collection(write.collection);
    try {
      if ('document' in write) await inTime(collection.insertOne(write.document));
      resolve('document' in write || (await inTime(collection.updateOne(write.filter, write.update))).matchedCount > 0);
    } catch (error) {
      if (isDuplicateKey(error)) resolve(false);
      // Servers differ in what they say of it, and some hang up; it is the same at every try.
      else throw sizeOf(write) > maxDocumentBytes ? new DocumentTooLarge({ cause: error }) : error;
    }
  }

  async #sendBatch(group: Waiting[]): Promise<void> {
    let result: mongo.ClientBulkWriteResult;
    let errors: ReadonlyMap<number, mongo.ClientBulkWriteError> = new Map();
    let whole: unknown;
    try {
      const models = group.map(({ write }) => modelOf(this.#connection.name, write));
      result = await inTime(this.#connection.getClient().bulkWrite(models, { ordered: false, verboseResults: true }));
    } catch (error) {
      if (isRejectedWhole(error)) return this.#sendHalves(group, error);
      if (!(error instanceof MongoClientBulkWriteError) || !error.partialResult) throw error;
      // They may all have been made, and may all be lost again with the primary that made them: what it saw of the others' documents as well.
      if (error.writeConcernErrors.length > 0) throw error;
      result = error.partialResult;
      errors = error.writeErrors;
      whole = asUnavailable(error.cause) ?? error;
    }
    settle(group, result, errors, whole);
  }

  /** Somebody in the group is the reason why none of it was done: in ever smaller groups it is found, and the others get through. */
  async #sendHalves(group: Waiting[], error: unknown): Promise<void> {
    // Of a group that leaves in several messages the first may have been done. What is too large itself is in none of them.
    const sizes = group.map(({ write }) => sizeOf(write)).filter((size) => size <= maxDocumentBytes);
    if (sizes.reduce((sum, size) => sum + size, 0) > mostBytesInMessage) {
      throw new StoreUnavailable('MongoDB did not say what became of a group of writes', { cause: error });
    }
    const half = Math.ceil(group.length / 2);
    await this.#send(group.slice(0, half));
    await this.#send(group.slice(half));
  }
}

/** Whether driver or server took no part of the group, for a reason that is not going to pass. */
const isRejectedWhole = (error: unknown): boolean => {
  if (error instanceof MongoClientBulkWriteError) return error.cause !== undefined && error.writeErrors.size === 0 && asUnavailable(error) === undefined;
  return asUnavailable(error) === undefined;
};

/** Bytes of a write that was refused; 0 where it is so odd that it cannot be counted. */
const sizeOf = (write: Write): number => {
  try {
    return 'document' in write ? bytesOf(write.document) : bytesOf({ filter: write.filter, update: write.update });
  } catch {
    return 0;
  }
};

/** Bytes of the lists an update sets, such as the BOLs that are put back: all that can be large in one. */
const listBytes = (update: mongo.Document | mongo.Document[]): number => {
  if (Array.isArray(update)) return 0;
  const lists = Object.entries((update['$set'] ?? {}) as object).filter(([, value]) => Array.isArray(value) && value.length > 0);
  return lists.length === 0 ? 0 : sizeOf({ collection: '', document: Object.fromEntries(lists) });
};

const modelOf = (database: string, { collection, ...write }: Write): mongo.AnyClientBulkWriteModel<mongo.Document> => {
  const namespace = `${database}.${collection}`;
  return ('document' in write ? { name: 'insertOne', namespace, ...write } : { name: 'updateOne', namespace, ...write }) as mongo.AnyClientBulkWriteModel<mongo.Document>;
};

/**
 * Only what the server reports has happened. A command that fails as a whole comes back as a bulk error without any results:
 * to take "no error of its own" for "done" would acknowledge writes that never were.
 */
const settle = (
  group: readonly Waiting[],
  { insertResults, updateResults }: mongo.ClientBulkWriteResult,
  errors: ReadonlyMap<number, mongo.ClientBulkWriteError>,
  whole: unknown,
): void => {
  group.forEach(({ resolve, reject }, index) => {
    const failure = errors.get(index);
    const update = updateResults?.get(index);
    if (failure) {
      // The error it would have been alone, so that it is taken for the same.
      const alone = new MongoServerError({ message: failure.message, errmsg: failure.message, code: failure.code });
      if (isDuplicateKey(alone)) resolve(false);
      else reject(asKnown(alone));
    } else if (update) resolve(update.matchedCount > 0);
    else if (insertResults?.has(index)) resolve(true);
    else reject(new StoreUnavailable('MongoDB did not say what became of a write', { cause: whole }));
  });
};
