import type { CompensatableStep, StepContext } from '@crossroads/saga';
import { done, StepRefused, StepWaits } from '@crossroads/saga';
import type { Order } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { Destinations, DispatchTerms, ResetOrderPorts } from '../ports.js';
import type { ResetRequest } from '../reset-request.js';

interface Needs {
  request: ResetRequest;
}

interface Adds {
  order: Order;
  terms: DispatchTerms;
}

/**
 * How soon a waiting saga looks by itself, should nobody call it: soon at first, since most resets take no longer, and each time twice as late,
 * since hundreds may wait for one order whose destination is down.
 */
const lookAgainMs = (epoch: number): number => Math.min(15_000, 250 * 2 ** (epoch - 1));

/** Finds the one order that is meant and holds it, so that no other reset of it runs meanwhile. */
export const resolveOrder = ({
  orders,
  line,
  destinations,
}: Pick<ResetOrderPorts, 'orders' | 'line'> & { destinations: Pick<Destinations, 'check'> }): CompensatableStep<Needs, Adds> => ({
  name: 'resolve-order',
  title: 'Order found and held',
  status: { done: 'origin_mapped', refused: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ request }, { sagaId, epoch }) {
    const order = theOne(await orders.find(request), request);
    const terms = await destinations.check(order);
    const ahead = await line.ahead(order, sagaId);
    if (ahead !== undefined) await orders.askFor(order.order_id, { sagaId });
    if (ahead !== undefined || !(await orders.hold(order.order_id, { sagaId, epoch }))) {
      const which = ahead === undefined ? '' : `: saga ${ahead}`;
      throw new StepWaits('order.in_use', `Another reset of this order has to end first${which}.`, { forMs: lookAgainMs(epoch), afterwards: 'look-again' });
    }
    return done({ order, terms }, { message: `Order ${order.order_id}, between ${order.caller.tenant_name} and ${order.counterparty.tenant_name}.` });
  },

  async undo({ request, order }, context) {
    for (const held of order ? [order] : await orders.find(request)) await giveBack({ orders, line }, held, context);
  },

  async atEnd({ order }, context) {
    await giveBack({ orders, line }, order, context);
  },
});

const giveBack = async (
  { orders, line }: Pick<ResetOrderPorts, 'orders' | 'line'>,
  order: Order,
  { sagaId, epoch, afterEnd }: Pick<StepContext, 'sagaId' | 'epoch' | 'afterEnd'>,
): Promise<void> => {
  const awaited = await orders.release(order.order_id, { sagaId });
  // A saga that was claimed before may have waited in line itself, and so may others who asked whoever had the order then.
  // Called any sooner, the next would find this one ahead of it still.
  if (awaited || epoch > 1) afterEnd(() => line.callNext(order));
};

const refusals: Record<string, [code: string, says: string]> = {
  canceled: ['request.order_canceled', 'The order is canceled, so there is nothing to execute again.'],
  pending: ['request.order_not_synced', 'The order has not reached its destination yet, so there is nothing to reset there.'],
  requested: ['request.order_not_synced', 'The destination has not accepted the order yet, so there is nothing to reset there.'],
};

const theOne = (candidates: Order[], { order: asked }: ResetRequest): Order => {
  const [order, another] = candidates;
  const name = asked.order_number === undefined ? `id: ${asked.order_id}` : `number: ${asked.order_number}`;
  if (!order) throw new StepRefused('request.order_not_found', `Order not found for ${name}`);
  if (another) {
    throw new StepRefused(
      'request.order_ambiguous',
      `Two orders answer to number ${asked.order_number}: one you created and one that was sent to you. Name it by order_id.`,
    );
  }
  const differs = asked.order_number !== undefined && asked.order_number !== order.caller.order_number;
  if (differs) {
    throw new StepRefused('request.order_mismatch', 'order_id and order_number name different orders. Send one of them, or both of one order.');
  }
  const refusal = refusals[order.status] ?? (order.counterparty.order_number === null ? refusals['pending'] : undefined);
  if (refusal) throw new StepRefused(...refusal);
  return order;
};
