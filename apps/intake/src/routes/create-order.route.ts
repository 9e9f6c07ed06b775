import { createOrder } from '@crossroads/contract';
import { Router } from 'express';
import { newOrder } from '../orders/new-order.js';
import { saveWithUnknownOutcome } from '../orders/save-with-unknown-outcome.js';
import { answerDone, readCall } from '../orders/order-call.js';
import type { IntakePorts } from '../ports.js';
import { httpError } from '../http-error.js';

/** `POST /v1/order/create`: an order from the caller to the other end. The next call may name it. */
export const createOrderRoute = ({ rateLimiter, orders, directory }: IntakePorts): Router =>
  Router().post('/', ...rateLimiter.submit, async (request, response) => {
    const { caller, otherName, body } = await readCall(request, response, 'order:create', createOrder);
    const destination = await directory.tenantNamed(otherName);
    if (!destination || destination.tenant_id === caller.tenant_id) throw httpError(422, 'X-Dest-Tenant-Name names nobody you can send orders to.');
    const order = newOrder(body, caller, destination);
    if (!(await saveWithUnknownOutcome(response, () => orders.create(order)))) {
      throw httpError(422, `Duplicate order: An order with number '${order.origin_order_number}' already exists for this tenant.`);
    }
    answerDone(response, order, caller, { sagaType: 'create_order', title: 'Order created', message: `Order ${order.origin_order_number} created.` });
  });
