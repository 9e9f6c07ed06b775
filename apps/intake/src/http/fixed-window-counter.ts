import type { RateCounter } from '@crossroads/saga-bullmq';

export interface FixedWindowCounterOptions {
  /** Names the counters; processes that use one name count together. */
  name: string;
  windowMs: number;
  /** Absent, or silent: this process counts alone. */
  shared?: RateCounter | undefined;
  now?: () => number;
}

interface Count {
  /** Hits this process has seen in the window. */
  mine: number;
  /** How many of them the others know of. */
  told: number;
  /** Hits of the others, as last heard. */
  others: number;
}

/** Milliseconds between two exchanges with the other processes: how late a limit may be noticed when a caller uses all of them. */
const tellEveryMs = 100;

/** Rest after the others did not answer. */
const restMs = 1_000;

/** Counters kept at once: a flood of made-up names must not fill the memory. */
const mostKept = 50_000;

/**
 * Counts hits per key and window of time. A hit is counted in memory and told to the other processes afterwards,
 * many in one message: nobody's reply waits for Redis, and its absence changes nothing but that each process counts alone.
 */
export class FixedWindowCounter {
  readonly #options: FixedWindowCounterOptions;
  #window = 0;
  #counts = new Map<string, Count>();
  #untold = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: FixedWindowCounterOptions) {
    this.#options = options;
  }

  hit(key: string): { totalHits: number; resetTime: Date } {
    this.#turn();
    let count = this.#counts.get(key);
    if (!count) {
      count = { mine: 0, told: 0, others: 0 };
      this.#counts.set(key, count);
      if (this.#counts.size > mostKept) this.#counts.delete(this.#counts.keys().next().value!);
    }
    count.mine += 1;
    if (this.#options.shared && !this.#stopped) {
      this.#untold.add(key);
      this.#timer ??= setTimeout(() => void this.#tell(), tellEveryMs).unref();
    }
    return { totalHits: count.mine + count.others, resetTime: new Date((this.#window + 1) * this.#options.windowMs) };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #turn(): void {
    const window = Math.floor((this.#options.now ?? Date.now)() / this.#options.windowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#counts = new Map();
    this.#untold = new Set();
  }

  async #tell(): Promise<void> {
    const { name, windowMs, shared } = this.#options;
    const [window, counts] = [this.#window, this.#counts];
    const news = new Map<string, number>();
    for (const key of this.#untold) {
      const count = counts.get(key);
      if (count) news.set(`${name}:${window}:${key}`, count.mine - count.told);
    }
    this.#untold = new Set();
    let rest = tellEveryMs;
    try {
      const totals = await shared!.add(news, 2 * windowMs);
      for (const [told, total] of totals) {
        const count = counts.get(told.slice(`${name}:${window}:`.length));
        if (!count) continue;
        count.told += news.get(told)!;
        count.others = Math.max(0, total - count.told);
      }
    } catch {
      rest = restMs;
      if (window === this.#window) for (const told of news.keys()) this.#untold.add(told.slice(`${name}:${window}:`.length));
    }
    this.#timer = this.#untold.size > 0 && !this.#stopped ? setTimeout(() => void this.#tell(), rest).unref() : undefined;
  }
}
