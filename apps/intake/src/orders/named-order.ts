import type { OrderRequest } from '@crossroads/contract';
import type { OrderWriter, OrderRecord, Pair } from '@crossroads/store';
import { httpError } from '../http-error.js';

/** Returns the order that the request names. Throws HttpError: 404 if no order matches, 422 if id and number do not name exactly one. */
export const findNamedOrder = async (orders: OrderWriter, named: OrderRequest, pair: Pair): Promise<OrderRecord> => {
  const [order, another] = await orders.find(named, pair);
  if (!order) throw httpError(404, `Order not found for ${named.order_number === undefined ? `id: ${named.order_id}` : `number: ${named.order_number}`}`);
  if (another) throw httpError(422, `Two orders have the number ${named.order_number}: one that you created, and one that was sent to you. Send order_id.`);
  if (named.order_number !== undefined && named.order_number !== numberFor(pair.tenantId, order)) {
    throw httpError(422, 'order_id and order_number name different orders. Send one of them, or both of the same order.');
  }
  return order;
};

/** Returns the order's number as the tenant knows it. */
export const numberFor = (tenantId: string, { routing, origin_order_number, destination_order_number }: OrderRecord): string | null =>
  routing.origin_tenant_id === tenantId ? origin_order_number : destination_order_number;
