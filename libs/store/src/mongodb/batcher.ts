import { StoreUnavailable } from '@crossroads/saga';

export interface BatchHandler<Item> {
  /** Sends a batch. Must settle each of its items, and must not reject. */
  send(batch: Item[]): Promise<void>;
  /** Called with an item that waited too long and is not sent. */
  late(item: Item): void;
  /** Returns the approximate bytes of an item as it is sent. */
  bytes?(item: Item): number;
}

/** Milliseconds an item may wait before it is sent. Batches in flight have their own time limit, but many may be ahead. */
const longestWaitMs = 12_000;

/** Milliseconds between checks for late items. */
const dropEveryMs = 1_000;

/** Items of a batch at most. Larger batches gain nothing, and each item waits for the slowest one. */
const maxBatchSize = 500;

/** Bytes of a batch at most. A message may have 48 MB, and the size of an item is an estimate. */
const maxBatchBytes = 8 * 1024 * 1024;

/** Bytes that count as one more item in flight. A few snapshots of a thousand BOLs keep a connection as busy as many entries. */
const bytesPerItem = 65_536;

/** Items in flight from which on new items wait. With little load each item is sent at once, and with much load there are fewer round trips. */
const batchingThreshold = 8;

/** Items and bytes that may wait. Without a limit, a database that hangs would fill the memory of every process that writes to it. */
const maxWaiting = 10_000;
const maxBytesWaiting = 64 * 1024 * 1024;

/** Returns the error of an item that finds the queue full, or waits in it too long. */
export const queueFull = (): StoreUnavailable => new StoreUnavailable('Too many operations are waiting for MongoDB', { sent: false });

/**
 * Sends items in batches. Items that arrive while others are in flight wait and are sent together.
 * There is no timer, so an idle process adds no latency, and a busy one makes one round trip for many items.
 */
export class Batcher<Item> {
  readonly #handler: BatchHandler<Item>;
  readonly #now: () => number;
  #waiting: { item: Item; bytes: number; since: number }[] = [];
  #waitingBytes = 0;
  #inFlightCount = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(handler: BatchHandler<Item>, now: () => number = () => performance.now()) {
    this.#handler = handler;
    this.#now = now;
  }

  /** Adds an item. Returns false when too many items wait already. Then the item is not added. */
  join(item: Item): boolean {
    const bytes = this.#handler.bytes?.(item) ?? 0;
    if (this.#waiting.length >= maxWaiting || (this.#waiting.length > 0 && this.#waitingBytes + bytes > maxBytesWaiting)) return false;
    this.#waiting.push({ item, bytes, since: this.#now() });
    this.#waitingBytes += bytes;
    // Items of one tick form a batch even when nothing is in flight.
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    if (this.#timer === undefined) this.#timer = this.#dropLater();
    return true;
  }

  /** Schedules a check for late items. A batch in flight may take long to fail, and late items must not wait for it. */
  #dropLater(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#dropLate();
      this.#timer = this.#waiting.length > 0 ? this.#dropLater() : undefined;
    }, dropEveryMs).unref();
  }

  #flush(): void {
    this.#dropLate();
    while (this.#waiting.length > 0 && this.#inFlightCount < batchingThreshold) {
      const [batch, bytes] = this.#next();
      const load = batch.length + Math.floor(bytes / bytesPerItem);
      this.#inFlightCount += load;
      void this.#handler.send(batch).finally(() => {
        this.#inFlightCount -= load;
        this.#flush();
      });
    }
  }

  #dropLate(): void {
    const latest = this.#now() - longestWaitMs;
    const first = this.#waiting.findIndex(({ since }) => since >= latest);
    for (const { item } of this.#take(first < 0 ? this.#waiting.length : first)) this.#handler.late(item);
  }

  #next(): [batch: Item[], bytes: number] {
    let [count, total] = [0, 0];
    for (; count < this.#waiting.length && count < maxBatchSize; count++) {
      const more = this.#waiting[count]!.bytes;
      if (count > 0 && total + more > maxBatchBytes) break;
      total += more;
    }
    return [this.#take(count).map(({ item }) => item), total];
  }

  #take(count: number): { item: Item; bytes: number }[] {
    if (count === 0) return [];
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    for (const { bytes } of taken) this.#waitingBytes -= bytes;
    return taken;
  }
}
