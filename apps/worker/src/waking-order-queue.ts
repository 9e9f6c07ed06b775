import type { OrderQueue } from '@crossroads/order-reset';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { OrderQueueRepository } from '@crossroads/store';

/** The order queue, which enqueues the next waiting saga. */
export const wakingOrderQueue = (sagas: OrderQueueRepository, queue: SagaQueue): OrderQueue => ({
  blockedBy: (order, sagaId) => sagas.blockedBy(order, sagaId),
  async wakeNext(order) {
    const next = await sagas.next(order);
    // Best effort: a waiting saga that is not woken retries by itself.
    if (next) await queue.enqueue(next).catch(() => undefined);
  },
});
