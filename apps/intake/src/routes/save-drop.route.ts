import { saveDrop as saveDropBody } from '@crossroads/contract';
import { changeOrder } from '../orders/order-call.js';

/** Saves the deliveries at one site. They replace the saved ones of the site, or are added to them. */
export const saveDrop = changeOrder(saveDropBody, async ({ orders }, { order_id }, body) => {
  const { order: _, mode, ...drop } = body;
  const version = await orders.saveDrop(order_id, drop, mode);
  return { sagaType: 'progress_drop', title: 'Drop saved', message: `Drop saved; the order is at version ${version}.` };
});
