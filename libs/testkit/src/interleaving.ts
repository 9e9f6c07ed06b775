/** Numbers from 0 to 1 that depend on nothing but the seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Turns of the microtask queue after which an actor that has not come to a gate never will. */
const mostTurns = 200;

/**
 * Runs actors one step at a time, in an order the seed decides. An actor runs until its next gate and stops there
 * until it is picked again; a crashed actor is never picked again, which is all a crash is to everybody else.
 */
export class Interleaving {
  readonly random: () => number;
  readonly #atGate = new Map<number, () => void>();
  readonly #live = new Set<number>();

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** Below `n`. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  start(actor: number, run: () => Promise<unknown>): void {
    this.#live.add(actor);
    const over = (): void => void this.#live.delete(actor);
    void this.gate(actor).then(run).then(over, over);
  }

  gate(actor: number): Promise<void> {
    return new Promise((resolve) => {
      this.#atGate.set(actor, resolve);
    });
  }

  crash(actor: number): void {
    this.#live.delete(actor);
    this.#atGate.delete(actor);
  }

  isLive(actor: number): boolean {
    return this.#live.has(actor);
  }

  /** Lets the actor run to its next gate, or its end. */
  async step(actor: number): Promise<void> {
    const go = this.#atGate.get(actor);
    this.#atGate.delete(actor);
    go?.();
    for (let turn = 0; turn < mostTurns && this.#live.has(actor) && !this.#atGate.has(actor); turn++) await undefined;
  }
}

/** The port with a gate before each call and one after it: between the two lies an effect whose caller may never hear of it. */
export const gated = <Port extends object>(port: Port, gate: () => Promise<void>): Port =>
  Object.fromEntries(
    Object.entries(port).map(([name, call]) => [
      name,
      typeof call === 'function'
        ? async (...args: unknown[]) => {
            await gate();
            const answer: unknown = await Reflect.apply(call, port, args);
            await gate();
            return answer;
          }
        : call,
    ]),
  ) as Port;
