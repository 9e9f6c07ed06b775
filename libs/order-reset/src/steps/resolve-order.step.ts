import type { CompensatableStep } from '@crossroads/saga';
import { done, NonRetryableError } from '@crossroads/saga';
import type { Order } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { Destinations, DispatchPolicy, ResetOrderPorts } from '../ports.js';
import type { ResetRequest } from '../reset-request.js';
import { acquireLock, wakeNextAfterEnd } from './order-lock.js';

interface Input {
  request: ResetRequest;
}

interface Output {
  order: Order;
  policy: DispatchPolicy;
}

/** Finds the requested order and locks it, so that no other saga of this order runs at the same time. */
export const resolveOrder = ({
  orders,
  orderQueue,
  destinations,
}: Pick<ResetOrderPorts, 'orders' | 'orderQueue'> & { destinations: Pick<Destinations, 'check'> }): CompensatableStep<Input, Output> => ({
  name: 'resolve-order',
  title: 'Order found and locked',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ request }, { sagaId, epoch }) {
    const order = pickSingleMatch(await orders.find(request), request);
    const policy = await destinations.check(order);
    await acquireLock({ orders, orderQueue }, order, { sagaId, epoch });
    return done({ order, policy }, { message: `Order ${order.order_id}, between ${order.caller.tenant_name} and ${order.counterparty.tenant_name}.` });
  },

  async undo({ request, order }, context) {
    // A crash after the lock and before the journal entry leaves `order` undefined, so every match may be locked.
    for (const locked of order ? [order] : await orders.find(request)) wakeNextAfterEnd({ orders, orderQueue }, locked, context);
  },

  async onComplete({ order }, context) {
    wakeNextAfterEnd({ orders, orderQueue }, order, context);
  },
});

/** Statuses of an order that prevent a reset. */
const rejections: Record<string, [code: string, message: string]> = {
  canceled: ['request.order_canceled', 'The order is canceled, so there is nothing to reset.'],
  pending: ['request.order_not_synced', 'The order has not reached its destination yet, so there is nothing to reset there.'],
  requested: ['request.order_not_synced', 'The destination has not accepted the order yet, so there is nothing to reset there.'],
};

const pickSingleMatch = (candidates: Order[], { order: asked, dest_tenant_name: other }: ResetRequest): Order => {
  const [order, another] = candidates;
  const name = asked.order_number === undefined ? `id: ${asked.order_id}` : `number: ${asked.order_number}`;
  if (!order) throw new NonRetryableError('request.order_not_found', `Order not found for ${name}, between you and ${other}. Check it, and the spelling of the tenant in X-Dest-Tenant-Name.`);
  if (another && another.number_is_foreign === order.number_is_foreign) {
    throw new NonRetryableError(
      'request.order_ambiguous',
      `Two orders between you and ${other} have the number ${asked.order_number}. Send the order_id instead.`,
    );
  }
  const differs = asked.order_number !== undefined && asked.order_number !== order.caller.order_number;
  if (differs) {
    throw new NonRetryableError('request.order_mismatch', 'order_id and order_number name different orders. Send one of them, or both of one order.');
  }
  if (order.malformed !== undefined) {
    throw new NonRetryableError('order.malformed', `The order cannot be reset, because it could not be restored exactly: ${order.malformed}.`);
  }
  const rejection = rejections[order.status] ?? (order.counterparty.order_number === null ? rejections['pending'] : undefined);
  if (rejection) throw new NonRetryableError(...rejection);
  return order;
};
