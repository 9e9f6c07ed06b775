import { updateStatus as updateStatusBody } from '@crossroads/contract';
import { httpError } from '../http-error.js';
import { changeOrder } from '../orders/order-call.js';

/** Saves the progress of the delivery. `complete` requires saved BOLs and drops. */
export const updateStatus = changeOrder(updateStatusBody, async ({ orders }, { order_id }, body) => {
  const { order: _, progress_status, ...event } = body;
  const state = progress_status.toUpperCase();
  const version = await orders.progress(order_id, state, event, { afterDeliveries: progress_status === 'complete' });
  if (version === undefined) throw httpError(422, 'The order cannot be complete, because it has no saved BOLs and drops. Save them first.');
  return { sagaType: 'progress_status', title: `Progression is ${state}`, message: `Progression is ${state}; the order is at version ${version}.` };
});
