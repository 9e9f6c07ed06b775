import type { OrderRequest } from '@crossroads/contract';
import type { OrderWriter, OrderRecord, Pair } from '@crossroads/store';
import { httpError } from '../http-error.js';

/** Returns the order that the request names. Throws HttpError: 404 if no order matches, 422 if id and number do not name exactly one. */
export const findNamedOrder = async (orders: OrderWriter, named: OrderRequest, pair: Pair): Promise<OrderRecord> => {
  const [order, another] = await orders.find(named, pair);
  if (!order) throw notFound(named, pair);
  if (another) throw httpError(422, `Two of your orders have the number ${named.order_number}. Send order_id.`);
  if (named.order_number !== undefined && named.order_number !== numberFor(pair.tenantId, order)) {
    throw httpError(422, 'order_id and order_number name different orders. Send one of them, or both of the same order.');
  }
  return order;
};

/** A tenant that does not exist, and one that shares no order with the caller, get the same text. */
const notFound = ({ order_id, order_number }: OrderRequest, { otherName }: Pair) => {
  const name = order_number === undefined ? `id: ${order_id}` : `number: ${order_number}`;
  if (otherName === undefined) return httpError(404, `Order not found for ${name}`);
  return httpError(404, `Order not found for ${name}, between you and ${otherName}. Check it, and the spelling of the tenant in X-Dest-Tenant-Name.`);
};

/** Returns the order's number as the tenant knows it. */
export const numberFor = (tenantId: string, { routing, origin_order_number, destination_order_number }: OrderRecord): string | null =>
  routing.origin_tenant_id === tenantId ? origin_order_number : destination_order_number;
