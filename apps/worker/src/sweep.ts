import type { Orders } from '@crossroads/order-reset';
import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { SweepPlace, SweepRepository } from '@crossroads/store';

export interface SweepPorts {
  sagas: SweepRepository;
  orders: Pick<Orders, 'release'>;
  bells: Pick<Bells, 'ringAll' | 'count'>;
  log: Log;
  /** Told how many bells had been lost. */
  rungAgain(bells: number): void;
}

/** Sagas to ring for at a time, orders to look at at a time. */
const page = 1_000;

/**
 * Rings for sagas that should be moving and are not, and gives back orders that ended sagas still hold.
 * Every worker sweeps and none leads: a bell too many is harmless.
 *
 * A long backlog is due as well, though its bells hang in the queue. So a sweep rings one page and goes on from there
 * next time, unless the queue grew by it: then bells had been lost, and it rings for all the rest at once.
 */
export const createSweep = ({ sagas, orders, bells, log, rungAgain }: SweepPorts): (() => Promise<void>) => {
  let place: SweepPlace | undefined;
  let heldFrom: string | undefined;

  const ringForDue = async (): Promise<void> => {
    for (;;) {
      const due = await sagas.due(page, place);
      place = due.place;
      if (due.sagas.length === 0) return;
      const before = await bells.count();
      await bells.ringAll(due.sagas);
      const lost = (await bells.count()) - before;
      if (lost > 0) {
        rungAgain(lost);
        log.info('a sweep rang for sagas whose bells were lost', { due: due.sagas.length, lost });
      }
      if (!place || lost < page / 20) return;
    }
  };

  const giveBackOrphans = async (): Promise<void> => {
    // While a destination is away living sagas hold many orders; an orphan may lie behind all of them.
    const held = await sagas.orphans(page, heldFrom);
    heldFrom = held.place;
    for (const { orderId, sagaId } of held.orphans) {
      log.warn('an order was still held for a saga that has ended', { order_id: orderId, saga_id: sagaId });
      await orders.release(orderId, { sagaId });
    }
  };

  return async () => {
    await ringForDue();
    await giveBackOrphans();
  };
};

/** Sweeps again and again, not in step with the other workers. */
export const startSweeping = (sweep: () => Promise<void>, everyMs: number, log: Log): { stop(withinMs: number): Promise<void> } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();

  const after = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep()
        .catch((error: unknown) => log.warn('a sweep did not come through; the next one will', { error }))
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
