import type { CompensatableStep } from '@crossroads/saga';
import { done, StepRefused } from '@crossroads/saga';
import type { Order } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { Destinations, DispatchTerms, ResetOrderPorts } from '../ports.js';
import type { ResetRequest } from '../reset-request.js';
import { giveBack, takeTurn } from './turn-in-line.js';

interface Needs {
  request: ResetRequest;
}

interface Adds {
  order: Order;
  terms: DispatchTerms;
}

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
    await takeTurn({ orders, line }, order, { sagaId, epoch });
    return done({ order, terms }, { message: `Order ${order.order_id}, between ${order.caller.tenant_name} and ${order.counterparty.tenant_name}.` });
  },

  async undo({ request, order }, context) {
    for (const held of order ? [order] : await orders.find(request)) await giveBack({ orders, line }, held, context);
  },

  async atEnd({ order }, context) {
    await giveBack({ orders, line }, order, context);
  },
});

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
  if (order.malformed !== undefined) {
    throw new StepRefused('order.malformed', `The order cannot be reset, since it could not be put back exactly as it is: ${order.malformed}.`);
  }
  const refusal = refusals[order.status] ?? (order.counterparty.order_number === null ? refusals['pending'] : undefined);
  if (refusal) throw new StepRefused(...refusal);
  return order;
};
