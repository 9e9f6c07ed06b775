import { RetryableError, DeferStep } from '@crossroads/saga';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel';

export interface DestinationLimits {
  /** Concurrent requests to one destination from this process. */
  inFlight: number;
  /** Consecutive failures after which the circuit opens. */
  failuresToOpen: number;
  /** Cool-down in milliseconds before one probe request is sent through an open circuit. */
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

/** Errors that count as failures of the destination. A rate limit or a rejected key shows that the destination works. */
const outageCodes: ReadonlySet<string> = new Set(['destination.unavailable', 'destination.timed_out', 'destination.tls_failed', 'destination.invalid_response']);

/**
 * Milliseconds that a request may wait for a free place. Workers send requests in bursts, and each rejection costs several writes.
 * A longer wait would occupy workers that other destinations need.
 */
const longestQueueMs = 100;

const shortestDelayMs = 250;
const longestDelayMs = 300_000;

/**
 * Smallest distance in milliseconds between the retries of rejected requests while the circuit is open.
 * A destination that fails fast seems to handle thousands of requests per second. Its sagas would retry in a loop and keep the workers busy.
 */
const openSpacingMs = 50;

/** Cool-down in milliseconds after a 429 without Retry-After. */
const defaultCoolDownMs = 1_000;

/**
 * Limits concurrent requests to one destination. When the limit is reached, it throws with a retry time instead of queueing.
 * Otherwise one slow destination could block the whole worker.
 */
export class DestinationLimiter {
  readonly #name: string;
  readonly #limits: DestinationLimits;
  readonly #random: () => number;
  readonly #breaker: CircuitBreakerPolicy;
  /** Each starts one request that waits for a free place. */
  readonly #waiters: (() => void)[] = [];
  #inFlight = 0;
  /** Concurrent requests that the destination accepts. A 429 halves the limit; each success raises it again. */
  #concurrencyLimit: number;
  /** Time until which no request is sent, after a 429. */
  #throttledUntil = 0;
  #halfOpenAt = 0;
  /** Moving average of the duration of a request, in milliseconds. */
  #averageMs = 1_000;
  /** Retry time that the last rejection returned. */
  #lastRetryAt = 0;

  constructor(name: string, limits: DestinationLimits, random: () => number = Math.random) {
    this.#name = name;
    this.#limits = limits;
    this.#random = random;
    this.#concurrencyLimit = limits.inFlight;
    const counts = handleWhen((error) => error instanceof RetryableError && outageCodes.has(error.code));
    this.#breaker = circuitBreaker(counts, { halfOpenAfter: limits.halfOpenAfterMs, breaker: new ConsecutiveBreaker(limits.failuresToOpen) });
    this.#breaker.onBreak(() => {
      this.#halfOpenAt = Date.now() + limits.halfOpenAfterMs;
    });
  }

  get state(): LimiterState {
    return { breaker: stateNames[this.#breaker.state], in_flight: this.#inFlight };
  }

  /** Runs `work` when the limits allow it. Throws DeferStep otherwise. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Call the breaker synchronously where possible: it must record the probe before the next request checks its state.
    const place = this.#takePlace();
    if (place) await place;
    try {
      this.#rejectWhileThrottled();
      const result = await this.#breaker.execute(() => this.#measure(work));
      this.#concurrencyLimit = Math.min(this.#limits.inFlight, this.#concurrencyLimit + 1 / this.#concurrencyLimit);
      return result;
    } catch (error) {
      if (error instanceof RetryableError && error.code === 'destination.rate_limited') this.#coolDown(error.retryAfterMs ?? defaultCoolDownMs);
      // The circuit opened while this request waited for a place.
      if (isBrokenCircuitError(error)) throw this.reject('destination.circuit_open', this.#circuitOpenMessage(), this.#halfOpenAt - Date.now());
      throw error;
    } finally {
      this.#releasePlace();
    }
  }

  async #measure<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.#averageMs += (performance.now() - begun - this.#averageMs) / 5;
    }
  }

  /**
   * Stops all requests for a time. After one 429 the destination would reject every other request too, each at the cost of an attempt.
   * The requests in flight belong to the same burst, so their 429 replies do not halve the limit again.
   */
  #coolDown(forMs: number): void {
    const now = Date.now();
    if (now >= this.#throttledUntil) this.#concurrencyLimit = Math.max(1, this.#concurrencyLimit / 2);
    this.#throttledUntil = Math.max(this.#throttledUntil, now + Math.min(forMs, longestDelayMs));
  }

  #rejectWhileThrottled(): void {
    const remainingMs = this.#throttledUntil - Date.now();
    if (remainingMs > 0) throw this.reject('destination.throttled', `${this.#name} limits its request rate (HTTP 429). No requests are sent during the cool-down.`, remainingMs);
  }

  #circuitOpenMessage(): string {
    return `The circuit to ${this.#name} is open: its last ${this.#limits.failuresToOpen} requests failed. No requests are sent during the cool-down.`;
  }

  /** Passes the place to the next waiter, or frees it. */
  #releasePlace(): void {
    const next = this.#inFlight <= this.#concurrencyLimit ? this.#waiters.shift() : undefined;
    if (next) next();
    else this.#inFlight -= 1;
  }

  #takePlace(): Promise<void> | undefined {
    const { breaker } = this.state;
    const untilHalfOpen = this.#halfOpenAt - Date.now();
    if (breaker === 'open' && untilHalfOpen > 0) throw this.reject('destination.circuit_open', this.#circuitOpenMessage(), untilHalfOpen);
    // The breaker would make these requests, and their workers, wait for the probe.
    if (breaker === 'half-open') {
      throw this.reject('destination.circuit_open', `The circuit to ${this.#name} is half open: one probe request checks whether it has recovered.`);
    }
    this.#rejectWhileThrottled();
    if (this.#inFlight + 1 > this.#concurrencyLimit) return this.#waitForPlace();
    this.#inFlight += 1;
    return undefined;
  }

  async #waitForPlace(): Promise<void> {
    if (!(await this.#receivePlace())) {
      throw this.reject('destination.busy', `${this.#name} already has ${this.#inFlight} concurrent requests from this worker, which is its present limit.`);
    }
  }

  /** Resolves to true when a place was passed on, and to false when the wait is, or is expected to be, too long. */
  #receivePlace(): Promise<boolean> {
    const expectedMs = (this.#averageMs * (this.#waiters.length + 1)) / this.#concurrencyLimit;
    if (expectedMs > longestQueueMs) return Promise.resolve(false);
    return new Promise((resolve) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(start), 1);
        resolve(false);
      }, longestQueueMs);
      this.#waiters.push(start);
    });
  }

  /**
   * Returns the error for a rejected request, with a retry time of its own. The retry times are as far apart as the destination handles requests.
   * With a common retry time, thousands of sagas would retry in the same moment and delay all other work.
   */
  reject(code: string, message: string, atLeastMs = shortestDelayMs): DeferStep {
    const now = Date.now();
    const earliest = now + Math.max(atLeastMs, shortestDelayMs);
    const latest = now + Math.max(atLeastMs, longestDelayMs);
    const spacingMs = Math.max(this.#averageMs / this.#concurrencyLimit, this.state.breaker === 'closed' ? 0 : openSpacingMs);
    const retryAt = Math.min(Math.max(earliest, this.#lastRetryAt + spacingMs), latest);
    this.#lastRetryAt = retryAt;
    // Retries that exceed the latest time are spread over the second half of the range.
    const delayMs = retryAt === latest ? Math.max(atLeastMs, longestDelayMs * (0.5 + this.#random() / 2)) : retryAt - now;
    return new DeferStep(code, message, { delayMs: Math.ceil(delayMs), onTimeout: 'retry' });
  }
}
