import type { Connection } from 'mongoose';
import mongoose, { type mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { Together } from './together.js';
import { asUnavailable, inTime } from './unavailable.js';

type Model = mongo.AnyClientBulkWriteModel<mongo.Document>;

interface Waiting {
  model: Model;
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
    return this.#join({ name: 'insertOne', namespace: this.#namespace(collection), document } as Model, weight);
  }

  /** False when nothing matched. */
  update(collection: string, filter: mongo.Document, update: mongo.Document | mongo.Document[]): Promise<boolean> {
    return this.#join({ name: 'updateOne', namespace: this.#namespace(collection), filter, update } as Model);
  }

  #namespace(collection: string): string {
    return `${this.#connection.name}.${collection}`;
  }

  #join(model: Model, weight = 1): Promise<boolean> {
    return new Promise((resolve, reject) => this.#together.join({ model, weight, resolve, reject }));
  }

  async #send(group: Waiting[]): Promise<void> {
    try {
      if (this.#connection.readyState !== mongoose.ConnectionStates.connected) throw new StoreUnavailable('MongoDB is not connected', { sent: false });
      const command = this.#connection.getClient().bulkWrite(
        group.map(({ model }) => model),
        { ordered: false, verboseResults: true },
      );
      const result = await inTime(command);
      settle(group, result, new Map(), undefined);
    } catch (error) {
      if (error instanceof mongoose.mongo.MongoClientBulkWriteError && error.partialResult && error.writeConcernErrors.length === 0) {
        settle(group, error.partialResult, error.writeErrors, error);
      } else {
        const reason = asUnavailable(error) ?? error;
        for (const { reject } of group) reject(reason);
      }
    }
  }
}

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
