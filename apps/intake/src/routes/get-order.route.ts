import { MAX_BODY_BYTES, readCallerHeaders, readRequest, readResetBody } from '@crossroads/contract';
import type { IntegrationStatus, OrderReply } from '@crossroads/contract';
import { callerFor } from '@crossroads/platform';
import type { OrderRecord } from '@crossroads/store';
import { Router } from 'express';
import { credentialsOf } from '../http/rate-limiter.js';
import { readBytes } from '../http/body.js';
import { rawRequest } from '../http/resolve-caller.js';
import { namedOrder } from '../orders/named-order.js';
import type { IntakePorts } from '../ports.js';
import { valueOf } from '../http-error.js';

/** `POST /v1/order/get`: an order of the caller's, with what has been delivered so far. */
export const getOrder = ({ rateLimiter, orders }: IntakePorts): Router =>
  Router().post('/', ...rateLimiter.poll, async (request, response) => {
    const raw = rawRequest(request, response, await readBytes(request, MAX_BODY_BYTES));
    const { headers, body } = valueOf(readRequest(raw, readCallerHeaders, readResetBody));
    const caller = callerFor(credentialsOf(response), 'order:get', headers);
    response.json(replyOf(await namedOrder(orders, body, { tenantId: caller.tenant_id, otherName: headers.destTenantName })));
  });

type Projection = OrderReply['origin_order'];

const replyOf = (order: OrderRecord): OrderReply => {
  // The store's documents are plain objects, which the compiler knows only as objects.
  const { po, supply_owner, delivery_window, note, extra_data, ...shared } = order as OrderRecord & Projection;
  const { origin_order_number, destination_order_number, drops, bols, executed_drops, bol_photos } = shared;
  const common = { origin_order_number, destination_order_number, drops, bols, executed_drops, bol_photos };
  // Mapping is not ours to do, so the three ends see one and the same order.
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
