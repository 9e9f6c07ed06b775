import type { WithTimeout } from '@crossroads/saga';
import { timeoutError } from '@crossroads/saga';
import { seeded } from '@crossroads/testkit/memory';

/** An attempt at a step, which can be given up while its call is still on the way. */
interface Attempt {
  givenUp: boolean;
  giveUp(): void;
}

/** A write that an actor is about to make. */
export interface Write {
  name: string;
  land(): unknown;
}

/**
 * Runs actors one step at a time, in an order the seed decides. An actor runs until its next gate and stops there until it is picked
 * again; a crashed actor is never picked again, which is all a crash is to the others. One actor runs at a time and nothing
 * but promises moves it, so the actor that comes to a gate is the one that runs: no timer, no turn of the event loop.
 */
export class Interleaving {
  readonly random: () => number;
  /** What happened, line by line, if it is wanted. */
  readonly trace: string[] | undefined;
  readonly #names = new Map<number, string>();
  readonly #atGate = new Map<number, () => void>();
  readonly #writes = new Map<number, Write>();
  readonly #live = new Set<number>();
  readonly #attempts = new Map<number, Attempt>();
  #running = -1;
  #open = false;
  #stopped: () => void = () => undefined;
  #path = 0x811c9dc5;
  #also = 0;

  constructor(seed: number, trace?: string[]) {
    this.random = seeded(seed);
    this.trace = trace;
  }

  /** Below `n`. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  oneOf<T>(all: readonly T[]): T | undefined {
    return all[this.below(all.length)];
  }

  /** What happened so far and in which order, as a number: two schedules with different paths are different. */
  get path(): string {
    return `${this.#path}.${this.#also}`;
  }

  start(actor: number, name: string, run: () => Promise<unknown>): void {
    this.#live.add(actor);
    this.#names.set(actor, name);
    this.#running = actor;
    const over = (): void => this.#over();
    const failed = (error: unknown): void => {
      this.say(`over: ${String(error)}`);
      this.#over();
    };
    void this.gate(0).then(run).then(over, failed);
  }

  /** Where the running actor stops until it is picked again. `point` is part of the path. */
  gate(point: number, write?: Write): Promise<void> {
    if (this.#open) return passed;
    const actor = this.#running;
    this.note(actor, point);
    if (write) this.#writes.set(actor, write);
    return new Promise((resolve) => {
      this.#atGate.set(actor, resolve);
      this.#stopped();
    });
  }

  note(actor: number, what: number): void {
    this.#path = Math.imul(this.#path ^ (actor * 8_191 + what), 0x01000193) >>> 0;
    this.#also = (Math.imul(this.#also, 31) + what * 131 + actor) >>> 0;
  }

  /** A line of the trace, by the running actor or by another. */
  say(line: string, by = this.#names.get(this.#running) ?? ''): void {
    this.trace?.push(`${by.padEnd(22)} ${line}`);
  }

  /** Ends the actor where it is; answers the write it was about to make, which may be on its way already. */
  crash(actor: number): Write | undefined {
    this.note(actor, -1);
    const write = this.#writes.get(actor);
    if (this.#live.has(actor)) this.say('crashes', this.#names.get(actor));
    this.#live.delete(actor);
    this.#atGate.delete(actor);
    this.#attempts.delete(actor);
    this.#writes.delete(actor);
    return write;
  }

  isLive(actor: number): boolean {
    return this.#live.has(actor);
  }

  /** Lets the actor run to its next gate, or its end. */
  step(actor: number): Promise<void> {
    const go = this.#atGate.get(actor)!;
    this.#atGate.delete(actor);
    this.#writes.delete(actor);
    this.#running = actor;
    return new Promise((stopped) => {
      this.#stopped = stopped;
      go();
    });
  }

  /** For the kernel: attempts whose time is up when the schedule says so, and not by any clock. */
  readonly withTimeout: WithTimeout = (step, running) =>
    new Promise((resolve, reject) => {
      const actor = this.#running;
      const attempt: Attempt = {
        givenUp: false,
        giveUp: () => {
          attempt.givenUp = true;
          reject(timeoutError(step));
        },
      };
      const ended = (settle: () => void): void => {
        if (attempt.givenUp) return this.#over();
        this.#attempts.delete(actor);
        settle();
      };
      this.#attempts.set(actor, attempt);
      running.then(
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

  /** The actor's time for its attempt is up: it goes on without. The attempt does not know, and lives on as the actor `zombie`. */
  timeUp(actor: number, zombie: number): Promise<void> {
    this.note(actor, -2);
    this.say(`has no time left for its attempt, which goes on as zombie ${zombie}`, this.#names.get(actor));
    const attempt = this.#attempts.get(actor)!;
    this.#attempts.delete(actor);
    this.#atGate.set(zombie, this.#atGate.get(actor)!);
    this.#atGate.delete(actor);
    const write = this.#writes.get(actor);
    if (write) this.#writes.set(zombie, write);
    this.#writes.delete(actor);
    this.#live.add(zombie);
    this.#names.set(zombie, `zombie ${zombie}`);
    this.#running = actor;
    return new Promise((stopped) => {
      this.#stopped = stopped;
      attempt.giveUp();
    });
  }

  /** From here on no actor is stopped. */
  openGates(): void {
    this.#open = true;
    this.#running = -1;
    this.#names.set(-1, 'afterwards');
  }

  get isOpen(): boolean {
    return this.#open;
  }

  #over(): void {
    this.#live.delete(this.#running);
    this.#stopped();
  }
}

const passed = Promise.resolve();
