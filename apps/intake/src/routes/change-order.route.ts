import { saveBol as saveBolBody, saveDrop as saveDropBody, updateStatus as updateStatusBody } from '@crossroads/contract';
import { httpError } from '../http-error.js';
import { changeOrder } from '../orders/order-call.js';

/** Saves a bill of lading. It replaces the one with the same number from the same terminal. */
export const saveBol = changeOrder(saveBolBody, async ({ orders }, { order_id }, body) => {
  const { order: _, ...bol } = body;
  const version = await orders.saveBol(order_id, bol);
  return { sagaType: 'progress_bol', title: 'BOL saved', message: `BOL ${bol.bol_number} saved; the order is at version ${version}.` };
});

/** Saves the deliveries at one site. They replace the saved ones of the site, or are added to them. */
export const saveDrop = changeOrder(saveDropBody, async ({ orders }, { order_id }, body) => {
  const { order: _, mode, ...drop } = body;
  const version = await orders.saveDrop(order_id, drop, mode);
  return { sagaType: 'progress_drop', title: 'Drop saved', message: `Drop saved; the order is at version ${version}.` };
});

/** Saves the progress of the delivery. `complete` requires saved BOLs and drops. */
export const updateStatus = changeOrder(updateStatusBody, async ({ orders }, { order_id }, body) => {
  const { order: _, progress_status, ...event } = body;
  const state = progress_status.toUpperCase();
  const version = await orders.progress(order_id, state, event, { afterDeliveries: progress_status === 'complete' });
  if (version === undefined) throw httpError(422, 'The order cannot be complete, because it has no saved BOLs and drops. Save them first.');
  return { sagaType: 'progress_status', title: `Progression is ${state}`, message: `Progression is ${state}; the order is at version ${version}.` };
});
