import type { Order, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import type { CompensatableStep, StepContext } from '@crossroads/saga';
import { done, StepRefused, StepWaits } from '@crossroads/saga';

interface Needs {
  request: ResetRequest;
}

interface Adds {
  order: Order;
  /** In the journal before it is replaced, so it can be put back by hand. */
  progression_state: string;
}

/** Finds the order and holds it, so that no reset of it runs meanwhile. */
export const holdOrder = ({ orders, line }: Pick<ResetOrderPorts, 'orders' | 'line'>): CompensatableStep<Needs, Adds> => ({
  name: 'hold-order',
  title: 'Order found and held',
  status: { done: 'origin_mapped', refused: 'error' },
  retry: { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 },
  timeoutMs: 15_000,

  async run({ request }, { sagaId, epoch }) {
    const [order, another] = await orders.find(request);
    if (!order || another) throw new StepRefused('request.order_not_found', 'No one order is meant.');
    const { progression_state } = await orders.snapshot(order.order_id);
    if (progression_state === NO_PROGRESS) throw new StepRefused('restart.not_begun', 'Its delivery has not begun, so there is nothing to restart.');
    if ((await line.ahead(order, sagaId)) !== undefined || !(await orders.hold(order.order_id, { sagaId, epoch }))) {
      throw new StepWaits('order.in_use', 'Another saga of this order has to end first.', { forMs: 2_000, afterwards: 'look-again' });
    }
    return done({ order, progression_state }, { message: `Progression is ${progression_state}.` });
  },

  /** The order may be held though the journal does not say so: a crash can lie between the two. */
  async undo({ request, order }, context) {
    for (const held of order ? [order] : await orders.find(request)) await giveBack({ orders, line }, held, context);
  },

  async atEnd({ order }, context) {
    await giveBack({ orders, line }, order, context);
  },
});

type Ending = Pick<StepContext, 'sagaId' | 'epoch' | 'afterEnd'>;

/** The next in line is called once this saga has ended: any sooner it would find this one ahead of it still. */
const giveBack = async ({ orders, line }: Pick<ResetOrderPorts, 'orders' | 'line'>, order: Order, { sagaId, epoch, afterEnd }: Ending): Promise<void> => {
  const awaited = await orders.release(order.order_id, { sagaId });
  if (awaited || epoch > 1) afterEnd(() => line.callNext(order));
};
