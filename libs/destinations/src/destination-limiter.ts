import { RetryableError, DeferStep } from '@crossroads/saga';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel';

export interface DestinationLimits {
  /** Requests to one destination at once, from this process. */
  inFlight: number;
  /** Failures in a row after which the destination is left alone. */
  failuresToOpen: number;
  /** Milliseconds it is left alone before one request tries again. */
  halfOpenAfterMs: number;
}

export interface LimiterState {
  breaker: 'closed' | 'open' | 'half-open';
  in_flight: number;
}

const stateNames = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
} as const;

/** Failures that say the destination itself is in trouble; a rate limit or a refused key says it is well. */
const trouble: ReadonlySet<string> = new Set(['destination.unavailable', 'destination.timed_out', 'destination.tls_failed', 'destination.invalid_response']);

/**
 * Milliseconds a request may wait for its place. Workers bring requests in bursts, and turning one away costs several writes;
 * but whoever waits here is missing to every other destination, so a slow one turns its crowd away.
 */
const worthWaitingMs = 100;

const shortestWaitMs = 250;
const longestWaitMs = 300_000;

/**
 * How far apart turns are at least while the breaker is open. One that fails fast would seem to serve thousands a second, and its crowd
 * would come back, be turned away and keep the workers busy with nothing else.
 */
const apartWhileOpenMs = 50;

/** How long a destination is left in peace that answers 429 and does not say for how long. */
const usualRestMs = 1_000;

/**
 * One destination's own lane. Whoever finds it full or closed is told when to come back, because a worker
 * that waited here would be missing to every other destination.
 */
export class DestinationLimiter {
  readonly #name: string;
  readonly #limits: DestinationLimits;
  readonly #random: () => number;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #atDoor: (() => void)[] = [];
  #inFlight = 0;
  /** Requests at once that the destination bears: half as many after a 429, again more with all that gets through. */
  #room: number;
  /** Until when the destination wants no requests. */
  #restUntil = 0;
  #halfOpenAt = 0;
  /** Milliseconds a request usually takes. */
  #usualMs = 1_000;
  /** When the last of those turned away was told to come back. */
  #lastSlot = 0;

  constructor(name: string, limits: DestinationLimits, random: () => number = Math.random) {
    this.#name = name;
    this.#limits = limits;
    this.#random = random;
    this.#room = limits.inFlight;
    const counts = handleWhen((error) => error instanceof RetryableError && trouble.has(error.code));
    this.#breaker = circuitBreaker(counts, { halfOpenAfter: limits.halfOpenAfterMs, breaker: new ConsecutiveBreaker(limits.failuresToOpen) });
    this.#breaker.onBreak(() => {
      this.#halfOpenAt = Date.now() + limits.halfOpenAfterMs;
    });
  }

  get state(): LimiterState {
    return { breaker: stateNames[this.#breaker.state], in_flight: this.#inFlight };
  }

  /** Runs `work` if there is room. Throws StepWaits when there is not. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Not a tick later than need be: the breaker must know of the one that tries before the next one asks.
    const place = this.#enter();
    if (place) await place;
    try {
      this.#rejectWhileThrottled();
      const result = await this.#breaker.execute(() => this.#timed(work));
      this.#room = Math.min(this.#limits.inFlight, this.#room + 1 / this.#room);
      return result;
    } catch (error) {
      if (error instanceof RetryableError && error.code === 'destination.rate_limited') this.#rest(error.retryAfterMs ?? usualRestMs);
      // It opened while we stood at the door.
      if (isBrokenCircuitError(error)) throw this.reject('destination.circuit_open', `${this.#name} failed lately and is left alone for a while.`, this.#halfOpenAt - Date.now());
      throw error;
    } finally {
      this.#leave();
    }
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.#usualMs += (performance.now() - begun - this.#usualMs) / 5;
    }
  }

  /**
   * One 429 is meant for everybody: the others would be told the same, each at the price of an attempt.
   * Those already under way are of the same burst and halve nothing again.
   */
  #rest(forMs: number): void {
    const now = Date.now();
    if (now >= this.#restUntil) this.#room = Math.max(1, this.#room / 2);
    this.#restUntil = Math.max(this.#restUntil, now + Math.min(forMs, longestWaitMs));
  }

  #rejectWhileThrottled(): void {
    const untilRested = this.#restUntil - Date.now();
    if (untilRested > 0) throw this.reject('destination.throttled', `${this.#name} asked for fewer requests and is sent none for a while.`, untilRested);
  }

  /** Hands its place on, or gives it back. */
  #leave(): void {
    const next = this.#inFlight <= this.#room ? this.#atDoor.shift() : undefined;
    if (next) next();
    else this.#inFlight -= 1;
  }

  #enter(): Promise<void> | undefined {
    const { failuresToOpen } = this.#limits;
    const { breaker } = this.state;
    const untilHalfOpen = this.#halfOpenAt - Date.now();
    if (breaker === 'open' && untilHalfOpen > 0) {
      throw this.reject('destination.circuit_open', `${this.#name} failed ${failuresToOpen} times in a row and is left alone for a while.`, untilHalfOpen);
    }
    // The breaker would let them wait for the one that tries, and their workers with them.
    if (breaker === 'half-open') {
      throw this.reject('destination.circuit_open', `${this.#name} failed lately; one request is finding out whether it is back.`);
    }
    this.#rejectWhileThrottled();
    if (this.#inFlight + 1 > this.#room) return this.#atTheDoor();
    this.#inFlight += 1;
    return undefined;
  }

  async #atTheDoor(): Promise<void> {
    if (!(await this.#placeComes())) throw this.reject('destination.busy', `${this.#name} has ${this.#inFlight} requests in hand already.`);
  }

  /** True once a place was handed on to us; false when that takes too long, or is bound to. */
  #placeComes(): Promise<boolean> {
    const expectedMs = (this.#usualMs * (this.#atDoor.length + 1)) / this.#room;
    if (expectedMs > worthWaitingMs) return Promise.resolve(false);
    return new Promise((resolve) => {
      const enter = (): void => {
        clearTimeout(late);
        resolve(true);
      };
      const late = setTimeout(() => {
        this.#atDoor.splice(this.#atDoor.indexOf(enter), 1);
        resolve(false);
      }, worthWaitingMs);
      this.#atDoor.push(enter);
    });
  }

  /**
   * Gives everyone turned away a turn of their own, as far apart as this lane serves them. One wait for all would bring
   * a crowd of thousands back in the same moment, again and again, at the cost of everyone else's work.
   */
  reject(code: string, message: string, atLeastMs = shortestWaitMs): DeferStep {
    const now = Date.now();
    const soonest = now + Math.max(atLeastMs, shortestWaitMs);
    const latest = now + Math.max(atLeastMs, longestWaitMs);
    const apart = Math.max(this.#usualMs / this.#room, this.state.breaker === 'closed' ? 0 : apartWhileOpenMs);
    const turn = Math.min(Math.max(soonest, this.#lastSlot + apart), latest);
    this.#lastSlot = turn;
    // Those past the end of the line are spread over its second half.
    const forMs = turn === latest ? Math.max(atLeastMs, longestWaitMs * (0.5 + this.#random() / 2)) : turn - now;
    return new DeferStep(code, message, { delayMs: Math.ceil(forMs), onTimeout: 'retry' });
  }
}
