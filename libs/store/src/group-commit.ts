import type { Connection } from 'mongoose';
import mongoose, { type mongo } from 'mongoose';
import { StoreUnavailable } from '@crossroads/saga';
import { asUnavailable, inTime } from './unavailable.js';

type Model = mongo.AnyClientBulkWriteModel<mongo.Document>;

interface Waiting {
  model: Model;
  resolve(outcome: boolean): void;
  reject(error: unknown): void;
}

/** Operations in one command. More gain nothing and make everybody wait for the slowest. */
const mostTogether = 500;

/** Commands under way at once: while the server works on one, the next is on the wire. */
const mostUnderWay = 2;

/**
 * Writes that arrive while a write is in flight leave together in the next one: no timer, so no latency when idle,
 * and one round trip for many when busy. Each caller gets the outcome of its own operation; a neighbour's failure is not its.
 */
export class GroupCommit {
  readonly #connection: Connection;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** False when the document's key is taken. */
  insert(collection: string, document: mongo.Document): Promise<boolean> {
    return this.#join({ name: 'insertOne', namespace: this.#namespace(collection), document } as Model);
  }

  /** False when nothing matched. */
  update(collection: string, filter: mongo.Document, update: mongo.Document | mongo.Document[]): Promise<boolean> {
    return this.#join({ name: 'updateOne', namespace: this.#namespace(collection), filter, update } as Model);
  }

  #namespace(collection: string): string {
    return `${this.#connection.name}.${collection}`;
  }

  #join(model: Model): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ model, resolve, reject });
      // One tick's worth of writes gathers even when nothing is in flight.
      if (this.#waiting.length === 1) setImmediate(() => this.#leave());
    });
  }

  #leave(): void {
    while (this.#waiting.length > 0 && this.#underWay < mostUnderWay) {
      const group = this.#waiting.slice(0, mostTogether);
      this.#waiting = this.#waiting.slice(mostTogether);
      this.#underWay += 1;
      void this.#send(group).finally(() => {
        this.#underWay -= 1;
        this.#leave();
      });
    }
  }

  async #send(group: Waiting[]): Promise<void> {
    try {
      if (this.#connection.readyState !== mongoose.ConnectionStates.connected) throw new StoreUnavailable('MongoDB is not connected');
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
