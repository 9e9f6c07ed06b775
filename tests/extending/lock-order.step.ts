import type { Order, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { acquireLock, NO_PROGRESS, releaseLock } from '@crossroads/order-reset';
import type { CompensatableStep } from '@crossroads/saga';
import { done, NonRetryableError } from '@crossroads/saga';

interface Input {
  request: ResetRequest;
}

interface Output {
  order: Order;
  /** In the journal before it is replaced, so it can be put back by hand. */
  progression_state: string;
}

/** Finds the order and holds it, so that no reset of it runs meanwhile. */
export const lockOrder = ({ orders, line }: Pick<ResetOrderPorts, 'orders' | 'line'>): CompensatableStep<Input, Output> => ({
  name: 'hold-order',
  title: 'Order found and held',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 },
  timeoutMs: 15_000,

  async run({ request }, { sagaId, epoch }) {
    const [order, another] = await orders.find(request);
    if (!order || another) throw new NonRetryableError('request.order_not_found', 'No one order is meant.');
    const { progression_state } = await orders.snapshot(order.order_id);
    if (progression_state === NO_PROGRESS) throw new NonRetryableError('restart.not_begun', 'Its delivery has not begun, so there is nothing to restart.');
    await acquireLock({ orders, line }, order, { sagaId, epoch });
    return done({ order, progression_state }, { message: `Progression is ${progression_state}.` });
  },

  /** The order may be held though the journal does not say so: a crash can lie between the two. */
  async undo({ request, order }, context) {
    for (const held of order ? [order] : await orders.find(request)) await releaseLock({ orders, line }, held, context);
  },

  async onComplete({ order }, context) {
    await releaseLock({ orders, line }, order, context);
  },
});
