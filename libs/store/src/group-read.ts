interface Waiting<Value> {
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

/** Reads by key that arrive while a read is in flight leave together in the next one, as writes do in GroupCommit. */
export class GroupRead<Key, Value> {
  readonly #load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  #waiting = new Map<Key, Waiting<Value>[]>();
  #underWay = false;

  constructor(load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#load = load;
  }

  get(key: Key): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const sameKey = this.#waiting.get(key);
      if (sameKey) sameKey.push({ resolve, reject });
      else this.#waiting.set(key, [{ resolve, reject }]);
      if (this.#waiting.size === 1) setImmediate(() => this.#leave());
    });
  }

  #leave(): void {
    if (this.#underWay || this.#waiting.size === 0) return;
    const group = this.#waiting;
    this.#waiting = new Map();
    this.#underWay = true;
    void this.#send(group).finally(() => {
      this.#underWay = false;
      this.#leave();
    });
  }

  async #send(group: ReadonlyMap<Key, Waiting<Value>[]>): Promise<void> {
    try {
      const found = await this.#load([...group.keys()]);
      for (const [key, callers] of group) for (const { resolve } of callers) resolve(found.get(key));
    } catch (error) {
      for (const callers of group.values()) for (const { reject } of callers) reject(error);
    }
  }
}
