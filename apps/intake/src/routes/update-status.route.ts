import { updateStatus } from '@crossroads/contract';
import { Router } from 'express';
import { changesOrder } from '../orders/order-call.js';
import type { IntakePorts } from '../ports.js';
import { httpError } from '../http-error.js';

/** `POST /v1/order/update_status`: how far the delivery has come. `complete` comes after BOLs and drops. */
export const updateStatusRoute = ({ rateLimiter, orders }: IntakePorts): Router =>
  Router().post(
    '/',
    ...rateLimiter.submit,
    changesOrder(
      { orders },
      {
        scope: 'order:update_status',
        body: updateStatus,
        async change({ order_id }, body) {
          const { order: _, progress_status, ...event } = body;
          const state = progress_status.toUpperCase();
          const version = await orders.progress(order_id, state, event, { afterDeliveries: progress_status === 'complete' });
          if (version === undefined) throw httpError(422, 'An order is complete once its BOLs and drops have been saved. Save them first.');
          return { sagaType: 'progress_status', title: `Progression is ${state}`, message: `Progression is ${state}; the order is at version ${version}.` };
        },
      },
    ),
  );
