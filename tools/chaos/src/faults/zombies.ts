import type { CrashOrder } from '../crash-order.js';
import { giveOrders, readHits } from '../crash-order.js';
import type { Fault } from './fault.js';
import { pause, within } from './fault.js';

/** Milliseconds until some saga has come by any point of the way, though the workers may only just be starting. */
const comesByWithinMs = 20_000;

/** Where a worker that wakes up again would do most harm. */
const dangerous = [
  'orders.clearDeliveries before',
  'orders.resetProgression before',
  'journal.write:clear-deliveries:run:done before',
  'destinations.send before',
  'journal.write:snapshot-order:run:done before',
  'sagas.saveState before',
];

/**
 * Row A5: workers are stopped in the middle of a step for longer than a lease lasts, so that others take their sagas over; then they wake up and go on.
 * One worker always stays awake.
 */
export const zombies = (count: number, asleepMs: number): Fault => ({
  name: 'SIGSTOP in the middle of a step, then SIGCONT',
  wanted: count,
  async inject({ crashFolder }, { random }) {
    const round = readHits(crashFolder).length;
    const orders = random.shuffled(dangerous).slice(0, count).map((point, index): CrashOrder => ({ id: `zombie-${round}-${index}`, point, act: 'stop', times: 1 }));
    const hitsOf = () => orders.flatMap(({ id }) => readHits(crashFolder, id));
    for (let given = 1; given <= orders.length; given++) {
      giveOrders(crashFolder, orders.slice(0, given));
      await within(comesByWithinMs, () => hitsOf().length >= given);
    }
    giveOrders(crashFolder, []);
    await pause(asleepMs);
    const hits = hitsOf();
    for (const { pid } of hits) wake(pid);
    await pause(1_000);
    return hits.length;
  },
});

/** Row A8: the event loop stands still, and with it everything that renews locks and claims. */
export const freeze = (freezeMs: number): Fault => ({
  name: 'event loop blocked',
  wanted: 1,
  async inject({ crashFolder }, { random }) {
    const order: CrashOrder = { id: `freeze-${readHits(crashFolder).length}`, point: random.pick(dangerous), act: 'freeze', times: 1, freezeMs };
    giveOrders(crashFolder, [order]);
    const hit = await within(comesByWithinMs, () => readHits(crashFolder, order.id).length > 0);
    giveOrders(crashFolder, []);
    if (hit) await pause(freezeMs + 500);
    return Number(hit);
  },
});

const wake = (pid: number): void => {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // Killed by another fault in its sleep.
  }
};
