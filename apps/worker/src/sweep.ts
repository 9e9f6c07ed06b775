import type { Orders } from '@crossroads/order-reset';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { SweepPlace, SweepRepository } from '@crossroads/store';

export interface SweepPorts {
  sagas: SweepRepository;
  orders: Pick<Orders, 'unlock'>;
  queue: Pick<SagaQueue, 'notQueued' | 'reenqueue'>;
  log: Log;
  /** Told how many sagas no job was going to move. */
  reenqueued(queue: number): void;
}

/** Sagas to ring for at a time, orders to look at at a time. */
const page = 1_000;

/** Milliseconds a saga may be due before it is looked at: its job has only just been made, or is being taken. */
const settlesMs = 2_000;

/**
 * Enqueues for sagas that should be moving and that no job is going to move, and gives back orders that ended sagas still hold.
 * Every worker sweeps and none leads: a job too many is harmless.
 *
 * A long backlog is due as well, though its jobs wait in the queue. So a sweep looks at the jobs of one page and goes on from there
 * next time, unless many had no job: then Redis has lost jobs, and it looks at all the rest at once.
 * Whatever became of a job that was there before (finished by a stranger, failed, lost, held by a dead worker), the saga gets a new one.
 */
export const createSweep = ({ sagas, orders, queue, log, reenqueued }: SweepPorts): (() => Promise<void>) => {
  let place: SweepPlace | undefined;
  let heldFrom: string | undefined;

  const enqueueForDue = async (): Promise<void> => {
    for (;;) {
      const due = await sagas.due(page, place);
      place = due.place;
      if (due.sagas.length === 0) return;
      // An intake's clock that goes ahead makes it negative, and then it says nothing.
      const unmoved = await queue.notQueued(due.sagas.filter(({ overdueMs }) => overdueMs < 0 || overdueMs > settlesMs));
      // Meanwhile most of a busy queue's sagas were taken; their jobs are finished because they did their work.
      const stillDue = await sagas.stillDue(unmoved);
      await queue.reenqueue(stillDue);
      const lost = stillDue.length;
      if (lost > 0) {
        reenqueued(lost);
        log.info('a sweep enqueued for sagas that no job was going to move', { due: due.sagas.length, lost });
      }
      if (!place || lost < page / 20) return;
    }
  };

  const releaseOrphans = async (): Promise<void> => {
    // While a destination is away living sagas hold many orders; an orphan may lie behind all of them.
    const held = await sagas.orphans(page, heldFrom);
    heldFrom = held.place;
    for (const { orderId, sagaId } of held.orphans) {
      log.warn('an order was still held for a saga that has ended', { order_id: orderId, saga_id: sagaId });
      await orders.unlock(orderId, { sagaId });
    }
  };

  return async () => {
    await enqueueForDue();
    await releaseOrphans();
  };
};

/** Does it again and again, not in step with the other workers. */
export const startSweeping = (sweep: () => Promise<void>, everyMs: number, log: Log, what = 'a sweep'): { stop(withinMs: number): Promise<void> } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();

  const after = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep()
        .catch((error: unknown) => log.warn(`${what} did not come through; the next one will`, { error }))
        .then(() => after(everyMs * (0.75 + Math.random() / 2)));
    }, ms);
  };
  // Soon after the start: where workers keep dying, none would live to its first sweep.
  after(Math.random() * Math.min(2_000, everyMs));

  return {
    /** A sweep that is under way is waited for so long, and then left as it is: MongoDB may be there and say nothing. */
    stop: (withinMs) => {
      stopped = true;
      clearTimeout(timer);
      return Promise.race([sweeping, new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())]);
    },
  };
};
