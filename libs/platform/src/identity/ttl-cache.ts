interface Kept<Value> {
  value: Promise<Value | undefined>;
  until: number;
}

/** Entries kept before the oldest is dropped: a flood of made-up ids must not fill the memory. */
const mostKept = 10_000;

/** Looks up by id and remembers the answer for a while, "not there" included. A look-up that failed is not remembered. */
export class TtlCache<Value> {
  readonly #lookUp: (id: string) => Promise<Value | undefined>;
  readonly #forMs: number;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<Value>>();

  constructor(lookUp: (id: string) => Promise<Value | undefined>, forMs: number, now: () => number) {
    this.#lookUp = lookUp;
    this.#forMs = forMs;
    this.#now = now;
  }

  get(id: string): Promise<Value | undefined> {
    const kept = this.#kept.get(id);
    if (kept && kept.until > this.#now()) return kept.value;
    const value = this.#lookUp(id);
    this.#kept.delete(id);
    this.#kept.set(id, { value, until: this.#now() + this.#forMs });
    value.catch(() => this.#kept.delete(id));
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return value;
  }
}
