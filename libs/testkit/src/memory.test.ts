import { StepUnavailable } from '@crossroads/saga';
import { destinationsContract, journalContract, memoryClock, memoryDestination, memoryJournal, memorySagas, ordersContract, resetWorld, sagasContract } from './index.js';

ordersContract('memory', async () => {
  const { orders, order } = resetWorld();
  return {
    orders,
    deliver: async () => order.order.order_id,
    saveBol: async (orderId, bol_number) => orders.saveBol(orderId, { bol_number }),
    remove: async (orderId) => void orders.documents.delete(orderId),
    unlock: async (orderId) => void delete orders.documents.get(orderId)!.fence,
    look: async () => ({
      bols: order.bols.map((bol) => (bol as { bol_number: string }).bol_number),
      drops: order.executed_drops.length,
      progression: order.progression_state,
      version: order.version,
      fenced: order.fence !== undefined,
    }),
  };
});

sagasContract('memory', async () => {
  const clock = memoryClock();
  const sagas = memorySagas(clock);
  return {
    sagas,
    accept: async () => sagas.accept('saga-1', 'reset_order', {}).sagaId,
    makeDue: async (sagaId) => {
      sagas.sagas.get(sagaId)!.nextRunAt = 0;
    },
  };
});

journalContract('memory', async () => {
  const journal = memoryJournal();
  return { sagaId: 'saga-1', read: journal.read, write: (entry) => journal.write(entry, undefined, {}) };
});

destinationsContract('memory', async () => {
  const destinations = memoryDestination();
  return {
    destinations,
    order: resetWorld().order.order,
    next: (fate) => void destinations.answers.push(fate === 'lost' ? new StepUnavailable('destination.unavailable', 'Gone.') : fate),
    arrived: () => destinations.received.map(({ body }) => body),
  };
});
