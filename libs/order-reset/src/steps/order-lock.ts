import type { StepContext } from '@crossroads/saga';
import { DeferStep } from '@crossroads/saga';
import type { Order } from '../order.js';
import type { LockOwner, ResetOrderPorts } from '../ports.js';

type LockPorts = Pick<ResetOrderPorts, 'orders' | 'orderQueue'>;

/**
 * Returns the milliseconds until a blocked saga tries again, if the end of another saga does not wake it earlier. The first delay is short, since most resets are short.
 * Each further delay is doubled, since hundreds of sagas may wait for one order whose destination is down.
 */
const retryMs = (epoch: number): number => Math.min(15_000, 250 * 2 ** (epoch - 1));

/**
 * Locks the order. Throws DeferStep while another saga has the lock or is before this one in the order queue; the lock's owner then wakes this one.
 * A saga that has the lock already continues regardless of the queue: an earlier claim took the lock and crashed before its entry.
 * So the owner never waits, and every other saga waits for the owner or for a saga with a smaller id. No two can wait for each other.
 */
export const acquireLock = async ({ orders, orderQueue }: LockPorts, order: Order, { sagaId, epoch }: LockOwner): Promise<void> => {
  if (epoch > 1 && (await orders.relock(order.order_id, { sagaId, epoch }))) return;
  const blockedBy = await orderQueue.blockedBy(order, sagaId);
  if (blockedBy === undefined && (await orders.lock(order.order_id, { sagaId, epoch }))) return;
  if (blockedBy !== undefined) await orders.requestLock(order.order_id, { sagaId });
  const blocker = blockedBy === undefined ? '' : `: saga ${blockedBy}`;
  throw new DeferStep('order.in_use', `Another reset of this order has to end first${blocker}.`, { delayMs: retryMs(epoch), onTimeout: 'retry' });
};

/**
 * Wakes the next waiting saga after this one has ended. Until then the next one would find the order locked. The end unlocks the order:
 * a lock whose saga has ended is free.
 */
export const wakeNextAfterEnd = ({ orders, orderQueue }: LockPorts, order: Order, { sagaId, epoch, afterComplete }: Pick<StepContext, 'sagaId' | 'epoch' | 'afterComplete'>): void =>
  afterComplete(async () => {
    // A saga with an earlier claim may have waited itself, and others may have registered with the owner of that time.
    if (epoch > 1 || (await orders.isRequested(order.order_id, { sagaId }))) await orderQueue.wakeNext(order);
  });
