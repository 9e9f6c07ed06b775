import type { Connection } from 'mongoose';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { bytesOf, DocumentTooLarge, maxDocumentBytes } from './document-too-large.js';
import { Batcher, queueFull } from './batcher.js';
import { shardKeys } from './collections.js';
import { guardedUpdate } from './guarded-update.js';
import { asKnown, asUnavailable, isDuplicateKey, withTimeLimit } from './store-errors.js';

const { MongoClientBulkWriteError, MongoServerError } = mongoose.mongo;

type Write = { collection: string } & ({ document: mongo.Document } | { filter: mongo.Document; update: mongo.Document | mongo.Document[]; isGuarded?: boolean });

interface Waiting {
  write: Write;
  bytes: number;
  resolve(outcome: boolean): void;
  reject(error: unknown): void;
}

/** Assumed bytes of an ordinary write. Measuring each would serialize it twice. */
const ordinaryBytes = 2_048;

/** Bytes of operations in one message at most. A larger group is sent in several messages. */
const maxMessageBytes = 40_000_000;

/**
 * Sends writes that are wanted at the same time in one command, for all collections together.
 * Each caller gets the result that its write would have had alone. A failure of another write does not affect it.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #isRouter: () => boolean;
  readonly #batcher = new Batcher<Waiting>({ send: (group) => this.#send(group), late: ({ reject }) => reject(queueFull()), bytes: ({ bytes }) => bytes });

  /** `isRouter` returns whether the connection leads to the router of a sharded cluster, which needs the shard key in every filter. */
  constructor(connection: Connection, isRouter: () => boolean = () => false) {
    this.#connection = connection;
    this.#isRouter = isRouter;
  }

  /** Inserts a document. Returns false when its key is taken. `bytes` is its size, needed only for documents that may be large. */
  async insert(collection: string, document: mongo.Document, bytes = ordinaryBytes): Promise<boolean> {
    if (bytes > maxDocumentBytes) throw new DocumentTooLarge();
    return this.#join({ collection, document }, bytes);
  }

  /** Updates one document. Returns false when none matched. */
  async update(collection: string, filter: mongo.Document, update: mongo.Document | mongo.Document[]): Promise<boolean> {
    const bytes = ordinaryBytes + listBytes(update);
    const guarded = guardedUpdate(filter, update, { key: shardKeys[collection] ?? [], isRouter: this.#isRouter() });
    if (guarded) {
      const isChanged = await this.#join({ collection, filter: guarded.filter, update: guarded.update, isGuarded: true }, bytes);
      if (isChanged || guarded.changesAlways) return isChanged;
    }
    return this.#join({ collection, filter, update }, bytes);
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

  /** Sends one write without a bulk command, which would cost half as much again. */
  async #sendAlone({ write, resolve }: Waiting): Promise<void> {
    const collection = this.#connection.db!.collection(write.collection);
    try {
      if ('document' in write) await withTimeLimit(collection.insertOne(write.document));
      resolve('document' in write || isUpdated(write, await withTimeLimit(collection.updateOne(write.filter, write.update))));
    } catch (error) {
      if (isDuplicateKey(error)) resolve(false);
      // Servers report a document that is too large in different ways, and some close the connection. A retry cannot help.
      else throw sizeOf(write) > maxDocumentBytes ? new DocumentTooLarge({ cause: error }) : error;
    }
  }

  async #sendBatch(group: Waiting[]): Promise<void> {
    let result: mongo.ClientBulkWriteResult;
    let errors: ReadonlyMap<number, mongo.ClientBulkWriteError> = new Map();
    let whole: unknown;
    try {
      const models = group.map(({ write }) => modelOf(this.#connection.name, write));
      result = await withTimeLimit(this.#connection.getClient().bulkWrite(models, { ordered: false, verboseResults: true }));
    } catch (error) {
      if (isRejectedWhole(error)) return this.#sendHalves(group, error);
      if (!(error instanceof MongoClientBulkWriteError) || !error.partialResult) throw error;
      // All writes may have been made, and an election may still undo all of them. So the result of every write is unknown.
      if (error.writeConcernErrors.length > 0) throw error;
      result = error.partialResult;
      errors = error.writeErrors;
      whole = asUnavailable(error.cause) ?? error;
    }
    settleWrites(group, result, errors, whole);
  }

  /** Sends the halves of a group that was rejected as a whole. In ever smaller groups the bad write is found, and the others succeed. */
  async #sendHalves(group: Waiting[], error: unknown): Promise<void> {
    // Of a group in several messages, the first may have been executed. A write that is too large itself is in none of them.
    const sizes = group.map(({ write }) => sizeOf(write)).filter((size) => size <= maxDocumentBytes);
    if (sizes.reduce((sum, size) => sum + size, 0) > maxMessageBytes) {
      throw new StoreUnavailable('MongoDB did not return the results of a group of writes', { cause: error });
    }
    const half = Math.ceil(group.length / 2);
    await this.#send(group.slice(0, half));
    await this.#send(group.slice(half));
  }
}

/** Returns whether driver or server rejected the whole group, for a reason that is not temporary. */
const isRejectedWhole = (error: unknown): boolean => {
  if (error instanceof MongoClientBulkWriteError) return error.cause !== undefined && error.writeErrors.size === 0 && asUnavailable(error) === undefined;
  return asUnavailable(error) === undefined;
};

/** Returns the bytes of a rejected write, or 0 when it cannot be serialized. */
const sizeOf = (write: Write): number => {
  try {
    return 'document' in write ? bytesOf(write.document) : bytesOf({ filter: write.filter, update: write.update });
  } catch {
    return 0;
  }
};

/** Returns the bytes of the lists that an update sets, such as restored BOLs. Only they can be large. */
const listBytes = (update: mongo.Document | mongo.Document[]): number => {
  if (Array.isArray(update)) return 0;
  const lists = Object.entries((update['$set'] ?? {}) as object).filter(([, value]) => Array.isArray(value) && value.length > 0);
  return lists.length === 0 ? 0 : sizeOf({ collection: '', document: Object.fromEntries(lists) });
};

/** A guarded update always matches its document, so it has taken effect only if the document has changed. */
const isUpdated = (write: Write, { matchedCount, modifiedCount }: Pick<mongo.UpdateResult, 'matchedCount' | 'modifiedCount'>): boolean =>
  ('isGuarded' in write && write.isGuarded ? modifiedCount : matchedCount) > 0;

const modelOf = (database: string, { collection, ...write }: Write): mongo.AnyClientBulkWriteModel<mongo.Document> => {
  const namespace = `${database}.${collection}`;
  return ('document' in write ? { name: 'insertOne', namespace, document: write.document } : { name: 'updateOne', namespace, filter: write.filter, update: write.update }) as mongo.AnyClientBulkWriteModel<mongo.Document>;
};

/**
 * Resolves only writes that the server reports. A command that fails as a whole is a bulk error without results.
 * Without this rule, a write without an error of its own would be acknowledged although it was never made.
 */
const settleWrites = (
  group: readonly Waiting[],
  { insertResults, updateResults }: mongo.ClientBulkWriteResult,
  errors: ReadonlyMap<number, mongo.ClientBulkWriteError>,
  whole: unknown,
): void => {
  group.forEach(({ resolve, reject }, index) => {
    const failure = errors.get(index);
    const update = updateResults?.get(index);
    if (failure) {
      // The error that the write would have had alone, so that it is classified in the same way.
      const alone = new MongoServerError({ message: failure.message, errmsg: failure.message, code: failure.code });
      if (isDuplicateKey(alone)) resolve(false);
      else reject(asKnown(alone));
    } else if (update) resolve(isUpdated(group[index]!.write, update));
    else if (insertResults?.has(index)) resolve(true);
    else reject(new StoreUnavailable('MongoDB did not return the result of a write', { cause: whole }));
  });
};
