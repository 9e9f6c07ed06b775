import type { Connection } from 'mongoose';
import mongoose, { type mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { Together } from './together.js';
import { asUnavailable, inTime, isDuplicateKey } from './unavailable.js';

type Write = { collection: string } & ({ document: mongo.Document } | { filter: mongo.Document; update: mongo.Document | mongo.Document[] });

interface Waiting {
  write: Write;
  weight: number;
  resolve(outcome: boolean): void;
  reject(error: unknown): void;
}

/**
 * Writes that are wanted at the same time leave in one command, of all collections together.
 * Each caller gets the outcome of its own operation; a neighbour's failure is not its.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #together = new Together<Waiting>({ send: (group) => this.#send(group), weight: ({ weight }) => weight });

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** False when the document's key is taken. `weight`: how many ordinary documents it is as large as. */
  insert(collection: string, document: mongo.Document, weight = 1): Promise<boolean> {
    return this.#join({ collection, document }, weight);
  }

  /** False when nothing matched. */
  update(collection: string, filter: mongo.Document, update: mongo.Document | mongo.Document[]): Promise<boolean> {
    return this.#join({ collection, filter, update });
  }

  #join(write: Write, weight = 1): Promise<boolean> {
    return new Promise((resolve, reject) => this.#together.join({ write, weight, resolve, reject }));
  }

  async #send(group: Waiting[]): Promise<void> {
    try {
      if (this.#connection.readyState !== mongoose.ConnectionStates.connected) throw new StoreUnavailable('MongoDB is not connected', { sent: false });
      await (group.length === 1 ? this.#sendAlone(group[0]!) : this.#sendTogether(group));
    } catch (error) {
      const reason = asUnavailable(error) ?? error;
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
      if (!isDuplicateKey(error)) throw error;
      resolve(false);
    }
  }

  async #sendTogether(group: Waiting[]): Promise<void> {
    try {
      const models = group.map(({ write }) => modelOf(this.#connection.name, write));
      const result = await inTime(this.#connection.getClient().bulkWrite(models, { ordered: false, verboseResults: true }));
      settle(group, result, new Map(), undefined);
    } catch (error) {
      const told = error instanceof mongoose.mongo.MongoClientBulkWriteError && error.writeConcernErrors.length === 0 ? error.partialResult : undefined;
      if (!told) throw error;
      settle(group, told, (error as mongo.MongoClientBulkWriteError).writeErrors, error as Error);
    }
  }
}

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
  whole: Error | undefined,
): void => {
  group.forEach(({ resolve, reject }, index) => {
    const failure = errors.get(index);
    const update = updateResults?.get(index);
    if (failure?.code === 11_000) resolve(false);
    else if (failure) reject(asUnavailable(failure) ?? new Error(failure.message));
    else if (update) resolve(update.matchedCount > 0);
    else if (insertResults?.has(index)) resolve(true);
    else reject(new StoreUnavailable('MongoDB did not say what became of a write', { cause: whole }));
  });
};
