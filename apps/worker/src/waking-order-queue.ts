import type { OrderQueue } from '@crossroads/order-reset';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { OrderQueueRepository } from '@crossroads/store';

/** The line, with a bell to call whoever is next. */
export const wakingOrderQueue = (line: OrderQueueRepository, queue: SagaQueue): OrderQueue => ({
  blockedBy: (order, sagaId) => line.blockedBy(order, sagaId),
  async wakeNext(order) {
    const next = await line.next(order);
    // Whoever is not called looks by himself.
    if (next) await queue.enqueue(next).catch(() => undefined);
  },
});
