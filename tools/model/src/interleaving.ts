import type { WithTimeout } from '@crossroads/saga';
import { timeoutError } from '@crossroads/saga';
import { seeded } from '@crossroads/testkit/memory';

/** An attempt of a step. It can time out while its call is in flight. */
interface Attempt {
  givenUp: boolean;
  giveUp(): void;
}

/** A write that an actor is about to send. */
export interface Write {
  name: string;
  land(): unknown;
}

/**
 * Runs actors one step at a time, in an order that the seed decides. An actor runs until its next gate and waits there until it is picked.
 * A crash is an actor that is never picked again. One actor runs at a time, driven only by promises and not by timers.
 * So the actor that reaches a gate is always the running one.
 */
export class Interleaving {
  readonly random: () => number;
  /** Trace of the events, if it is requested. */
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

  /** Returns an integer from 0 to below `n`. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  oneOf<T>(all: readonly T[]): T | undefined {
    return all[this.below(all.length)];
  }

  /** Hash of the events so far and their order. */
  get path(): string {
    return `${this.#path}.${this.#also}`;
  }

  start(actor: number, name: string, run: () => Promise<unknown>): void {
    this.#live.add(actor);
    this.#names.set(actor, name);
    this.#running = actor;
    const over = (): void => this.#over();
    const failed = (error: unknown): void => {
      this.log(`failed: ${String(error)}`);
      this.#over();
    };
    void this.gate(0).then(run).then(over, failed);
  }

  /** Stops the running actor until it is picked again. `point` is part of the path. */
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

  /** Adds a line to the trace, by the running actor or by another. */
  log(line: string, by = this.#names.get(this.#running) ?? ''): void {
    this.trace?.push(`${by.padEnd(22)} ${line}`);
  }

  /** Ends the actor where it is. Returns the write that it was about to send, which may already be in flight. */
  crash(actor: number): Write | undefined {
    this.note(actor, -1);
    const write = this.#writes.get(actor);
    if (this.#live.has(actor)) this.log('crashes', this.#names.get(actor));
    this.#live.delete(actor);
    this.#atGate.delete(actor);
    this.#attempts.delete(actor);
    this.#writes.delete(actor);
    return write;
  }

  isLive(actor: number): boolean {
    return this.#live.has(actor);
  }

  /** Runs the actor to its next gate or to its end. */
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

  /** Timeouts for the kernel. The schedule decides when an attempt times out, not a clock. */
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

  /** Returns whether the running actor is in an attempt that can time out. */
  get inAttempt(): boolean {
    return this.#attempts.has(this.#running);
  }

  isTrying(actor: number): boolean {
    return this.#attempts.has(actor);
  }

  /** Times out the actor's attempt. The actor continues, and the attempt goes on as the actor `zombie`. */
  timeUp(actor: number, zombie: number): Promise<void> {
    this.note(actor, -2);
    this.log(`attempt timed out and goes on as zombie ${zombie}`, this.#names.get(actor));
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

  /** Opens all gates: from now on no actor waits. */
  openGates(): void {
    this.#open = true;
    this.#running = -1;
    this.#names.set(-1, 'after faults');
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
