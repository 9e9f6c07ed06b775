import { createOrder as createOrderBody } from '@crossroads/contract';
import { httpError } from '../http-error.js';
import type { Handler } from '../http/register-routes.js';
import { newOrder } from '../orders/new-order.js';
import { readOrderCall, respondWithChange } from '../orders/order-call.js';
import { saveWithUnknownOutcome } from '../orders/save-with-unknown-outcome.js';

/** Creates an order from the caller to a partner. The next call may name it. */
export const createOrder: Handler =
  ({ orders, directory }, scope) =>
  async (request, response) => {
    const { caller, otherName, body } = await readOrderCall(request, response, scope, createOrderBody);
    const destination = await directory.partnerNamed(otherName, caller.tenant_id);
    if (!destination || destination.tenant_id === caller.tenant_id) {
      throw httpError(422, 'X-Dest-Tenant-Name names no partner of yours. Check its spelling: it must be the exact name. The operators of Crossroads make tenants partners.');
    }
    const order = newOrder(body, caller, destination);
    if (!(await saveWithUnknownOutcome(response, () => orders.create(order)))) {
      throw httpError(422, `Duplicate order: An order with number '${order.origin_order_number}' already exists for this tenant.`);
    }
    respondWithChange(response, order, caller, { sagaType: 'create_order', title: 'Order created', message: `Order ${order.origin_order_number} created.` });
  };
