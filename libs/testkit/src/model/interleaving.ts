import type { InTime } from '@crossroads/saga';
import { tookTooLong } from '@crossroads/saga';

/** Numbers from 0 to 1 that depend on nothing but the seed (mulberry32). */
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** An attempt at a step, which can be given up while its call is still on the way. */
interface Attempt {
  givenUp: boolean;
  giveUp(): void;
}

/**
 * Runs actors one step at a time, in an order the seed decides. An actor runs until its next gate and stops there until it is picked
 * again; a crashed actor is never picked again, which is all a crash is to everybody else. One actor runs at a time and nothing
 * but promises moves it, so whoever comes to a gate is the actor that runs: no timer, no turn of the event loop.
 */
export class Interleaving {
  readonly random: () => number;
  readonly #atGate = new Map<number, () => void>();
  readonly #live = new Set<number>();
  readonly #attempts = new Map<number, Attempt>();
  #running = -1;
  #open = false;
  #stopped: () => void = () => undefined;
  #path = 0x811c9dc5;
  #also = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** Below `n`. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  /** What happened so far and in which order, as a number: two schedules with different paths are different. */
  get path(): string {
    return `${this.#path}.${this.#also}`;
  }

  start(actor: number, run: () => Promise<unknown>): void {
    this.#live.add(actor);
    this.#running = actor;
    const over = (): void => this.#over();
    void this.gate(0).then(run).then(over, over);
  }

  /** Where the running actor stops until it is picked again. `point` is part of the path. */
  gate(point: number): Promise<void> {
    if (this.#open) return passed;
    const actor = this.#running;
    this.note(actor, point);
    return new Promise((resolve) => {
      this.#atGate.set(actor, resolve);
      this.#stopped();
    });
  }

  note(actor: number, what: number): void {
    this.#path = Math.imul(this.#path ^ (actor * 8_191 + what), 0x01000193) >>> 0;
    this.#also = (Math.imul(this.#also, 31) + what * 131 + actor) >>> 0;
  }

  crash(actor: number): void {
    this.note(actor, -1);
    this.#live.delete(actor);
    this.#atGate.delete(actor);
    this.#attempts.delete(actor);
  }

  isLive(actor: number): boolean {
    return this.#live.has(actor);
  }

  /** Lets the actor run to its next gate, or its end. */
  step(actor: number): Promise<void> {
    const go = this.#atGate.get(actor)!;
    this.#atGate.delete(actor);
    this.#running = actor;
    return new Promise((stopped) => {
      this.#stopped = stopped;
      go();
    });
  }

  /** For the kernel: attempts whose time is up when the schedule says so, and not by any clock. */
  readonly inTime: InTime = (step, run) =>
    new Promise((resolve, reject) => {
      const actor = this.#running;
      const attempt: Attempt = {
        givenUp: false,
        giveUp: () => {
          attempt.givenUp = true;
          reject(tookTooLong(step));
        },
      };
      const ended = (settle: () => void): void => {
        if (attempt.givenUp) return this.#over();
        this.#attempts.delete(actor);
        settle();
      };
      this.#attempts.set(actor, attempt);
      run(never).then(
        (result) => ended(() => resolve(result)),
        (error: Error) => ended(() => reject(error)),
      );
    });

  /** Whether the running actor is at an attempt whose time could be up. */
  get inAttempt(): boolean {
    return this.#attempts.has(this.#running);
  }

  isTrying(actor: number): boolean {
    return this.#attempts.has(actor);
  }

  /** The actor's time for its attempt is up: it goes on without. The attempt does not know, and lives on as the actor `ghost`. */
  timeUp(actor: number, ghost: number): Promise<void> {
    this.note(actor, -2);
    const attempt = this.#attempts.get(actor)!;
    this.#attempts.delete(actor);
    this.#atGate.set(ghost, this.#atGate.get(actor)!);
    this.#atGate.delete(actor);
    this.#live.add(ghost);
    this.#running = actor;
    return new Promise((stopped) => {
      this.#stopped = stopped;
      attempt.giveUp();
    });
  }

  /** From here on nobody is stopped. */
  openGates(): void {
    this.#open = true;
  }

  #over(): void {
    this.#live.delete(this.#running);
    this.#stopped();
  }
}

const never = new AbortController().signal;

const passed = Promise.resolve();

const points = new Map<string, number>();

/**
 * The port with a gate before each call. What an actor does between two calls is nobody else's business, so this is where all orders differ;
 * only within an attempt is there one after each call as well: there its time may be up when the effect is there and the answer is not.
 */
export const gated = <Port extends object>(port: Port, play: Interleaving): Port => {
  const all: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(port)) {
    if (!points.has(name)) points.set(name, 2 * points.size + 1);
    const point = points.get(name)!;
    all[name] =
      typeof call === 'function'
        ? async (...args: unknown[]) => {
            await play.gate(point);
            const answer: unknown = await Reflect.apply(call, port, args);
            if (play.inAttempt) await play.gate(point + 1);
            return answer;
          }
        : call;
  }
  return all as Port;
};
