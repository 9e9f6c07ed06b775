import type { RateCounter } from '@crossroads/saga-bullmq';

export interface FixedWindowCounterOptions {
  /** Names the counters. Processes with the same name count together. */
  name: string;
  windowMs: number;
  /** The counter shared with other processes. Absent or unavailable: this process counts on its own. */
  shared?: RateCounter | undefined;
  now?: () => number;
}

interface Count {
  /** Hits in this process within the window. */
  own: number;
  /** Own hits that were added to the shared counter. */
  reported: number;
  /** Hits of other processes, as of the last report. */
  others: number;
}

/** Milliseconds between two reports to the shared counter. A limit across processes takes effect with this delay. */
const reportIntervalMs = 100;

/** Milliseconds until the next report after a failed one. */
const retryDelayMs = 1_000;

/** Maximum number of counters. Without it, a flood of invented names would exhaust the memory. */
const maxCounters = 50_000;

/**
 * Counts hits per key and time window. Counts a hit in memory, and reports hits to the shared counter later, many in one message.
 * No request waits for Redis. While Redis is unavailable, each process counts on its own.
 */
export class FixedWindowCounter {
  readonly #options: FixedWindowCounterOptions;
  #window = 0;
  #counts = new Map<string, Count>();
  #unreported = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: FixedWindowCounterOptions) {
    this.#options = options;
  }

  hit(key: string): { totalHits: number; resetTime: Date } {
    this.#updateWindow();
    let count = this.#counts.get(key);
    if (!count) {
      count = { own: 0, reported: 0, others: 0 };
      this.#counts.set(key, count);
      if (this.#counts.size > maxCounters) this.#counts.delete(this.#counts.keys().next().value!);
    }
    count.own += 1;
    if (this.#options.shared && !this.#isStopped) {
      this.#unreported.add(key);
      this.#timer ??= setTimeout(() => void this.#report(), reportIntervalMs).unref();
    }
    return { totalHits: count.own + count.others, resetTime: new Date((this.#window + 1) * this.#options.windowMs) };
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #updateWindow(): void {
    const window = Math.floor((this.#options.now ?? Date.now)() / this.#options.windowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#counts = new Map();
    this.#unreported = new Set();
  }

  async #report(): Promise<void> {
    const { name, windowMs, shared } = this.#options;
    const [window, counts] = [this.#window, this.#counts];
    const newHits = new Map<string, number>();
    for (const key of this.#unreported) {
      const count = counts.get(key);
      if (count) newHits.set(`${name}:${window}:${key}`, count.own - count.reported);
    }
    this.#unreported = new Set();
    const keyIn = (sharedKey: string): string => sharedKey.slice(`${name}:${window}:`.length);
    let delayMs = reportIntervalMs;
    try {
      const totals = await shared!.add(newHits, 2 * windowMs);
      for (const [sharedKey, total] of totals) {
        const count = counts.get(keyIn(sharedKey));
        if (!count) continue;
        count.reported += newHits.get(sharedKey)!;
        count.others = Math.max(0, total - count.reported);
      }
    } catch {
      delayMs = retryDelayMs;
      if (window === this.#window) for (const sharedKey of newHits.keys()) this.#unreported.add(keyIn(sharedKey));
    }
    this.#timer = this.#unreported.size > 0 && !this.#isStopped ? setTimeout(() => void this.#report(), delayMs).unref() : undefined;
  }
}
