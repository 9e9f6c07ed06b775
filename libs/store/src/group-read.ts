import { Together } from './together.js';

interface Waiting<Key, Value> {
  key: Key;
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/** Reads by key that are wanted at the same time are one read. */
export class GroupRead<Key, Value> {
  readonly #load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  readonly #together = new Together<Waiting<Key, Value>>({ send: (group) => this.#send(group) });

  constructor(load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#load = load;
  }

  get(key: Key): Promise<Value | undefined> {
    return new Promise((resolve, reject) => this.#together.join({ key, resolve, reject }));
  }

  async #send(group: readonly Waiting<Key, Value>[]): Promise<void> {
    try {
      const found = await this.#load([...new Set(group.map(({ key }) => key))]);
      for (const { key, resolve } of group) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
