import type { OrderQueue } from '@crossroads/order-reset';
import type { MemoryClock } from './memory-clock.js';
import type { MemoryQueue } from './memory-queue.js';
import type { MemorySagas } from './memory-sagas.js';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

/** The sagas that want the one order there is, by id, as the store sorts them. Ids are not in the order of acceptance. */
export const memoryOrderQueue = ({ sagas, update }: MemorySagas, queue: MemoryQueue, clock: MemoryClock, reach: Reach = atOnce): OrderQueue => {
  const open = () => [...sagas.values()].filter(({ nextRunAt }) => nextRunAt !== undefined).toSorted((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
  return {
    blockedBy: (_order, sagaId) =>
      reach.read('line.ahead', () => {
        const [first] = open();
        return first && first.sagaId < sagaId ? first.sagaId : undefined;
      }),
    async wakeNext() {
      const first = await reach.read('line.first-waiting', () => {
        const waiting = open().find(({ phase }) => phase === 'waiting');
        return waiting && { ...waiting };
      });
      if (!first) return;
      const { sagaId, epoch } = first;
      await update('line.make-due', sagaId, (saga) => saga.epoch === epoch && saga.phase === 'waiting', (saga) => Object.assign(saga, { nextRunAt: 0, updatedAt: clock.now() }));
      await queue.enqueue({ sagaId, epoch, due: 0 }).catch(() => undefined);
    },
  };
};
