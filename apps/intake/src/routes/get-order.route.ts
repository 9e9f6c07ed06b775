import { MAX_BODY_BYTES, readCallerHeaders, readRequest, readResetBody } from '@crossroads/contract';
import type { IntegrationStatus, OrderReply } from '@crossroads/contract';
import type { OrderRecord } from '@crossroads/store';
import { bytesOf } from '@crossroads/store';
import { httpError, orThrow } from '../http-error.js';
import { readBytes } from '../http/body.js';
import { callerOf, rawRequest } from '../http/caller.js';
import type { Handler } from '../http/register-routes.js';
import { findNamedOrder } from '../orders/named-order.js';

/** Bytes of an order that is returned at most. Only another system can write a larger one. The reply repeats most of the order four times. */
const maxShownBytes = 2 * 1024 * 1024;

/** Returns an order of the caller, with its deliveries. */
export const getOrder: Handler =
  ({ orders, sendReply }, scope) =>
  async (request, response) => {
    const raw = rawRequest(request, response, await readBytes(request, MAX_BODY_BYTES));
    const { headers, body } = orThrow(readRequest(raw, readCallerHeaders, readResetBody));
    const { tenant_id } = callerOf(response, scope, headers);
    const order = await findNamedOrder(orders, body, { tenantId: tenant_id, otherName: headers.destTenantName });
    if (bytesOf(order) > maxShownBytes) throw httpError(422, 'The order is larger than 2 MB, so it cannot be returned. Ask the operators to correct the order.', {}, 'reply.too_large');
    sendReply(request, response, replyOf(order));
  };

type Projection = OrderReply['origin_order'];

const replyOf = (order: OrderRecord): OrderReply => {
  // The compiler knows the stored sub-documents only as `object`.
  const { po, supply_owner, delivery_window, note, extra_data, ...shared } = order as OrderRecord & Projection;
  const { origin_order_number, destination_order_number, drops, bols, executed_drops, bol_photos } = shared;
  const common = { origin_order_number, destination_order_number, drops, bols, executed_drops, bol_photos };
  // This service does not map orders, so the three projections are identical.
  const projection: Projection = { ...common, po, supply_owner, delivery_window, note, extra_data };
  return {
    _id: order.order_id,
    status: order.status as IntegrationStatus,
    failed_at_step: null,
    routing: order.routing,
    ...common,
    progression_state: order.progression_state,
    version: Number(order.version),
    origin_order: projection,
    master_order: projection,
    destination_order: destination_order_number === null ? null : projection,
  };
};
