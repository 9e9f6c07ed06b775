import { saveDrop } from '@crossroads/contract';
import { Router } from 'express';
import { changesOrder } from '../orders/order-call.js';
import type { IntakePorts } from '../ports.js';

/** `POST /v1/order/save_drop`: what was delivered at one site, beside or in place of what was saved for it. */
export const saveDropRoute = ({ rateLimiter, orders }: IntakePorts): Router =>
  Router().post(
    '/',
    ...rateLimiter.submit,
    changesOrder(
      { orders },
      {
        scope: 'order:save_drop',
        body: saveDrop,
        async change({ order_id }, body) {
          const { order: _, mode, ...drop } = body;
          const version = await orders.saveDrop(order_id, drop, mode);
          return { sagaType: 'progress_drop', title: 'Drop saved', message: `Drop saved; the order is at version ${version}.` };
        },
      },
    ),
  );
