import type { BullmqQueue } from '@crossroads/saga-bullmq';
import type { AuditRepository } from '@crossroads/store';

/** Milliseconds that a page waits for Redis. */
const timeoutMs = 1_000;

/** Returns undefined when Redis fails or does not respond in time. */
const readWithTimeout = <T>(read: Promise<T>): Promise<T | undefined> =>
  Promise.race([read, new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs, undefined).unref())]).catch(() => undefined);

/** Counts the workers that are connected to the queue. Undefined when Redis is unavailable. */
export const connectedWorkers = (queue: BullmqQueue) => (): Promise<number | undefined> =>
  // A Redis provider that hides its client list returns one entry without an address.
  readWithTimeout(queue.getWorkers().then((workers) => workers.filter(({ addr }) => addr).length));

/** `by` and `since` are set if the queue was paused on this board. */
export interface QueuePause {
  by?: string;
  since?: Date;
}

/** Returns undefined when the queue is not paused or Redis is unavailable. */
export type ReadQueuePause = () => Promise<QueuePause | undefined>;

/** Reads from the queue whether it is paused, because other tools can pause it too. The audit log adds who paused it. */
export const queuePause =
  (queue: Pick<BullmqQueue, 'isPaused'>, audit: Pick<AuditRepository, 'boardPause'>): ReadQueuePause =>
  async () => {
    if (!(await readWithTimeout(queue.isPaused()))) return undefined;
    const pause = await audit.boardPause();
    return pause ? { by: pause.by, since: pause.at } : {};
  };
