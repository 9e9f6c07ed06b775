import type { Order, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { acquireLock, NO_PROGRESS, wakeNextAfterEnd } from '@crossroads/order-reset';
import type { CompensatableStep } from '@crossroads/saga';
import { done, NonRetryableError } from '@crossroads/saga';

interface Input {
  request: ResetRequest;
}

interface Output {
  order: Order;
  /** Stored in the journal before it is replaced, so that an operator can restore it by hand. */
  progression_state: string;
}

/** Finds the order and locks it, so that no reset of it runs at the same time. */
export const lockOrder = ({ orders, orderQueue }: Pick<ResetOrderPorts, 'orders' | 'orderQueue'>): CompensatableStep<Input, Output> => ({
  name: 'lock-order',
  title: 'Order found and locked',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 },
  timeoutMs: 15_000,

  async run({ request }, { sagaId, epoch }) {
    const [order, another] = await orders.find(request);
    if (!order || another) throw new NonRetryableError('request.order_not_found', 'The request matches no order, or more than one.');
    const { progression_state } = await orders.snapshot(order.order_id);
    if (progression_state === NO_PROGRESS) throw new NonRetryableError('restart.not_begun', 'The delivery of the order has not begun, so there is nothing to restart.');
    await acquireLock({ orders, orderQueue }, order, { sagaId, epoch });
    return done({ order, progression_state }, { message: `Progression is ${progression_state}.` });
  },

  /** Also finds a lock that is not in the journal, because a worker can crash after locking the order. */
  async undo({ request, order }, context) {
    for (const locked of order ? [order] : await orders.find(request)) wakeNextAfterEnd({ orders, orderQueue }, locked, context);
  },

  async onComplete({ order }, context) {
    wakeNextAfterEnd({ orders, orderQueue }, order, context);
  },
});
