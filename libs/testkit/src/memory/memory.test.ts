import { RetryableError } from '@crossroads/saga';
import { destinationsContract, journalContract, memoryClock, memoryDestination, memoryJournal, memorySagas, ordersContract, ordersInMemory, resetFixture, sagasContract } from '../index.js';

ordersContract('memory', async () => ordersInMemory());

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
    order: resetFixture().order.order,
    next: (fate) => void destinations.answers.push(fate === 'lost' ? new RetryableError('destination.unavailable', 'Gone.') : fate),
    arrived: () => destinations.received.map(({ body }) => body),
  };
});
