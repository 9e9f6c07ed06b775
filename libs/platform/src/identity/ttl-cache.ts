interface Entry<Value> {
  value: Promise<Value | undefined>;
  until: number;
}

/** Maximum number of entries. Without it, a flood of invented ids would exhaust the memory. */
const maxEntries = 10_000;

/** Looks up values by id and caches them for `ttlMs`, also the result "not found". Does not cache a failed look-up. */
export class TtlCache<Value> {
  readonly #lookUp: (id: string) => Promise<Value | undefined>;
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(lookUp: (id: string) => Promise<Value | undefined>, ttlMs: number, now: () => number) {
    this.#lookUp = lookUp;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  get(id: string): Promise<Value | undefined> {
    const entry = this.#entries.get(id);
    if (entry && entry.until > this.#now()) return entry.value;
    const value = this.#lookUp(id);
    this.#entries.delete(id);
    this.#entries.set(id, { value, until: this.#now() + this.#ttlMs });
    value.catch(() => this.#entries.delete(id));
    if (this.#entries.size > maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    return value;
  }
}
