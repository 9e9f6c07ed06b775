import { StoreUnavailable } from '@crossroads/saga';

export interface BatchHandler<Item> {
  /** Takes a group on its way; must tell each of its items what came of it, and never reject. */
  send(group: Item[]): Promise<void>;
  /** Told of an item that waited too long and does not go any more. */
  late(item: Item): void;
  /** Bytes of an item as it is sent, about. */
  bytes?(item: Item): number;
}

/** Milliseconds an item may wait before it goes. What is under way has a limit of its own, and there may be many groups in front. */
const longestWaitMs = 12_000;

/** Milliseconds between looks for items that are late. */
const dropEveryMs = 1_000;

/** Items in a group at most. More gain nothing and make everybody wait for the slowest. */
const maxBatchSize = 500;

/** Bytes of a group at most. A message may have 48 MB, and what an item weighs is a guess. */
const maxBatchBytes = 8 * 1024 * 1024;

/** An item with so many bytes counts as one more under way: a few snapshots of a thousand BOLs keep a connection as busy as many entries. */
const bytesOfOne = 65_536;

/** Items under way up to which nobody is kept waiting: on a quiet machine each goes at once, on a busy one fewer trips are made. */
const batchingThreshold = 8;

/** Items and bytes that may wait. A database that hangs would otherwise fill the memory of everyone who writes to it. */
const mostWaiting = 10_000;
const mostBytesWaiting = 64 * 1024 * 1024;

/** What becomes of an item that finds the queue full, or waits in it too long. */
export const queueFull = (): StoreUnavailable => new StoreUnavailable('Too many operations wait for MongoDB', { sent: false });

/**
 * What arrives while others are under way leaves together with whatever else has arrived by then:
 * no timer, so no latency when idle, and one trip for many when busy.
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

  /** False when too many wait already; the item is not taken then. */
  join(item: Item): boolean {
    const bytes = this.#handler.bytes?.(item) ?? 0;
    if (this.#waiting.length >= mostWaiting || (this.#waiting.length > 0 && this.#waitingBytes + bytes > mostBytesWaiting)) return false;
    this.#waiting.push({ item, bytes, since: this.#now() });
    this.#waitingBytes += bytes;
    // One tick's worth gathers even when nothing is under way.
    if (this.#waiting.length === 1) setImmediate(() => this.#leave());
    if (this.#timer === undefined) this.#timer = this.#dropLater();
    return true;
  }

  /** What is under way may take long to fail, and its end must not be waited for by what is late. */
  #dropLater(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#dropLate();
      this.#timer = this.#waiting.length > 0 ? this.#dropLater() : undefined;
    }, dropEveryMs).unref();
  }

  #leave(): void {
    this.#dropLate();
    while (this.#waiting.length > 0 && this.#inFlightCount < batchingThreshold) {
      const [group, bytes] = this.#next();
      const load = group.length + Math.floor(bytes / bytesOfOne);
      this.#inFlightCount += load;
      void this.#handler.send(group).finally(() => {
        this.#inFlightCount -= load;
        this.#leave();
      });
    }
  }

  #dropLate(): void {
    const latest = this.#now() - longestWaitMs;
    const first = this.#waiting.findIndex(({ since }) => since >= latest);
    for (const { item } of this.#take(first < 0 ? this.#waiting.length : first)) this.#handler.late(item);
  }

  #next(): [group: Item[], bytes: number] {
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
