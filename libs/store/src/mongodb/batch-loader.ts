import { StoreUnavailable } from '@crossroads/saga';
import { queueFull, Batcher } from './batcher.js';

interface Waiting<Key, Value> {
  key: Key;
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/** Loads values by key. Keys wanted at the same time are one read. A key that cannot be read fails alone. */
export class BatchLoader<Key, Value> {
  readonly #load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  readonly #batcher = new Batcher<Waiting<Key, Value>>({ send: (group) => this.#send(group), late: ({ reject }) => reject(queueFull()) });

  constructor(load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#load = load;
  }

  /** Returns the value of the key, or undefined when there is none. */
  get(key: Key): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      if (!this.#batcher.join({ key, resolve, reject })) reject(queueFull());
    });
  }

  async #send(group: readonly Waiting<Key, Value>[]): Promise<void> {
    const read = await this.#read([...new Set(group.map(({ key }) => key))]);
    for (const { key, resolve, reject } of group) {
      const { found, error } = read.get(key)!;
      if (error === undefined) resolve(found);
      else reject(error);
    }
  }

  /** Returns the result of each key. When a read fails, its halves are read again, so that one bad key is found in a few reads. */
  async #read(keys: Key[]): Promise<Map<Key, { found?: Value | undefined; error?: unknown }>> {
    try {
      const found = await this.#load(keys);
      return new Map(keys.map((key) => [key, { found: found.get(key) }]));
    } catch (error) {
      // While MongoDB is unavailable, each half would fail too.
      if (keys.length === 1 || error instanceof StoreUnavailable) return new Map(keys.map((key) => [key, { error: error ?? new Error('MongoDB could not read the key.') }]));
      const half = Math.ceil(keys.length / 2);
      return new Map([...(await this.#read(keys.slice(0, half))), ...(await this.#read(keys.slice(half)))]);
    }
  }
}
