import type { StepContext } from '@crossroads/saga';
import { DeferStep } from '@crossroads/saga';
import type { Order } from '../order.js';
import type { LockOwner, ResetOrderPorts } from '../ports.js';

type LockPorts = Pick<ResetOrderPorts, 'orders' | 'line'>;

/**
 * How soon a waiting saga looks by itself, should nobody call it: soon at first, since most resets take no longer, and each time twice as late,
 * since hundreds may wait for one order whose destination is down.
 */
const lookAgainMs = (epoch: number): number => Math.min(15_000, 250 * 2 ** (epoch - 1));

/**
 * Holds the order when it is this saga's turn. Throws StepWaits while it is another's, which is asked to call.
 * A saga that has the lock already goes on whichever saga is ahead: an earlier claim of it took the lock and died before its entry.
 * So the holder never waits, every other saga waits for the holder or for a saga with a smaller id, and no two can wait for each other.
 */
export const acquireLock = async ({ orders, line }: LockPorts, order: Order, { sagaId, epoch }: LockOwner): Promise<void> => {
  if (epoch > 1 && (await orders.relock(order.order_id, { sagaId, epoch }))) return;
  const blockedBy = await line.blockedBy(order, sagaId);
  if (blockedBy === undefined && (await orders.lock(order.order_id, { sagaId, epoch }))) return;
  if (blockedBy !== undefined) await orders.requestLock(order.order_id, { sagaId });
  const which = blockedBy === undefined ? '' : `: saga ${blockedBy}`;
  throw new DeferStep('order.in_use', `Another reset of this order has to end first${which}.`, { forMs: lookAgainMs(epoch), afterwards: 'retry' });
};

/** Gives the order back, and has the next in line called. Repeatable. */
export const release = async ({ orders, line }: LockPorts, order: Order, { sagaId, epoch, afterComplete }: Pick<StepContext, 'sagaId' | 'epoch' | 'afterComplete'>): Promise<void> => {
  const hasWaiters = await orders.unlock(order.order_id, { sagaId });
  // A saga that was claimed before may have waited in line itself, and so may others who asked whoever had the order then.
  // Called any sooner, the next would find this one ahead of it still.
  if (hasWaiters || epoch > 1) afterComplete(() => line.wakeNext(order));
};
