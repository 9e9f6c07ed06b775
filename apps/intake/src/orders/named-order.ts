import type { OrderRequest } from '@crossroads/contract';
import type { OrderWriter, OrderRecord, Pair } from '@crossroads/store';
import { httpError } from '../http-error.js';

/** The one order that is meant; throws Refused: 404 for none, 422 where the names do not name one. */
export const namedOrder = async (orders: OrderWriter, asked: OrderRequest, pair: Pair): Promise<OrderRecord> => {
  const [order, another] = await orders.find(asked, pair);
  if (!order) throw httpError(404, `Order not found for ${asked.order_number === undefined ? `id: ${asked.order_id}` : `number: ${asked.order_number}`}`);
  if (another) throw httpError(422, `Two orders answer to number ${asked.order_number}: one you created and one that was sent to you. Name it by order_id.`);
  if (asked.order_number !== undefined && asked.order_number !== numberFor(pair.tenantId, order)) {
    throw httpError(422, 'order_id and order_number name different orders. Send one of them, or both of one order.');
  }
  return order;
};

/** The number a tenant knows the order by. */
export const numberFor = (tenantId: string, { routing, origin_order_number, destination_order_number }: OrderRecord): string | null =>
  routing.origin_tenant_id === tenantId ? origin_order_number : destination_order_number;
