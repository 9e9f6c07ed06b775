import { saveBol } from '@crossroads/contract';
import { Router } from 'express';
import { changesOrder } from '../orders/order-call.js';
import type { IntakePorts } from '../ports.js';

/** `POST /v1/order/save_bol`: a bill of lading, new or in place of the one with its number from the same terminal. */
export const saveBolRoute = ({ rateLimiter, orders }: IntakePorts): Router =>
  Router().post(
    '/',
    ...rateLimiter.submit,
    changesOrder(
      { orders },
      {
        scope: 'order:save_bol',
        body: saveBol,
        async change({ order_id }, body) {
          const { order: _, ...bol } = body;
          const version = await orders.saveBol(order_id, bol);
          return { sagaType: 'progress_bol', title: 'BOL saved', message: `BOL ${bol.bol_number} saved; the order is at version ${version}.` };
        },
      },
    ),
  );
