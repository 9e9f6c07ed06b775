import type { OrderQueue } from '@crossroads/order-reset';
import type { MemoryClock } from './clock-and-random.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MemorySagas } from './memory-sagas.js';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

/** Creates the queue of the only order: its open sagas by id, as the store sorts them. Ids are not in the order of acceptance. */
export const memoryOrderQueue = ({ sagas, update }: MemorySagas, queue: MemoryQueue, clock: MemoryClock, reach: Reach = immediate): OrderQueue => {
  const open = () => [...sagas.values()].filter(({ nextRunAt }) => nextRunAt !== undefined).toSorted((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
  return {
    blockedBy: (_order, sagaId) =>
      reach.read('orderQueue.blockedBy', () => {
        const [first] = open().filter(({ phase }) => phase !== 'awaiting_approval');
        return first && first.sagaId < sagaId ? first.sagaId : undefined;
      }),
    async wakeNext() {
      const first = await reach.read('orderQueue.firstWaiting', () => {
        const waiting = open().find(({ phase }) => phase === 'waiting');
        return waiting && { ...waiting };
      });
      if (!first) return;
      const { sagaId, epoch } = first;
      await update('orderQueue.makeDue', sagaId, (saga) => saga.epoch === epoch && saga.phase === 'waiting', (saga) => Object.assign(saga, { nextRunAt: 0, updatedAt: clock.now() }));
      await queue.enqueue({ sagaId, epoch, due: 0 }).catch(() => undefined);
    },
  };
};
