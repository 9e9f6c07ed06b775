import { saveBol as saveBolBody } from '@crossroads/contract';
import { changeOrder } from '../orders/order-call.js';

/** Saves a bill of lading. It replaces the one with the same number from the same terminal. */
export const saveBol = changeOrder(saveBolBody, async ({ orders }, { order_id }, body) => {
  const { order: _, ...bol } = body;
  const version = await orders.saveBol(order_id, bol);
  return { sagaType: 'progress_bol', title: 'BOL saved', message: `BOL ${bol.bol_number} saved; the order is at version ${version}.` };
});
