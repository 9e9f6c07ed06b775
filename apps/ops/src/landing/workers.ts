import type { BullmqQueue } from '@crossroads/saga-bullmq';

/** Longer than this nobody waits for a number. */
const patienceMs = 1_000;

/** Workers connected to the queue; undefined when Redis does not say. */
export const workersOf = (queue: BullmqQueue) => (): Promise<number | undefined> =>
  Promise.race([
    // A provider that hides its client list leaves one nameless entry.
    queue.getWorkers().then((workers) => workers.filter(({ addr }) => addr).length),
    new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined).unref()),
  ]).catch(() => undefined);
