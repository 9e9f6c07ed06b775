import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { RecoveryRepository } from '@crossroads/store';

export interface RecoverPorts {
  sagas: RecoveryRepository;
  queue: Pick<SagaQueue, 'enqueueAll' | 'reenqueue' | 'sagasLongTaken' | 'waiting'>;
}

/** Sagas looked at in one scan. A worker that dies leaves as many as it had in hand; the next scan sees the rest. */
const page = 200;

/** Milliseconds a saga that rested, or that no worker has claimed, may be due before it is thought to have been missed. */
const missedMs = 2_000;

/** Jobs that may wait while those that rested are enqueued: in a longer queue their jobs merely wait, and would be doubled. */
const fewWaiting = 100;

/**
 * Finds what a dead worker left, within about a second of the end of its leases: sagas it had claimed, and those whose job it had taken and not yet claimed,
 * which BullMQ finds only when the job's lock has run out. Both go before all that waits, since they were under way.
 * Each scan costs a window of an index and the jobs that workers hold, whatever the number of open sagas. What it misses the sweep finds.
 */
export const createRecoverLapsed = ({ sagas, queue }: RecoverPorts): (() => Promise<void>) => {
  const leftBehind = async (): Promise<void> => {
    const due = await sagas.latelyDue(page);
    await queue.enqueueAll(due.filter((saga) => saga.leftBehind), { first: true });
    const missed = due.filter((saga) => !saga.leftBehind && saga.overdueMs > missedMs);
    if (missed.length > 0 && (await queue.waiting()) < fewWaiting) await queue.enqueueAll(missed);
  };

  const takenAndUnclaimed = async (): Promise<void> => {
    const due = await sagas.dueAmong(await queue.sagasLongTaken());
    await queue.reenqueue(due.filter(({ overdueMs }) => overdueMs < 0 || overdueMs > missedMs), { first: true });
  };

  return async () => {
    await leftBehind();
    await takenAndUnclaimed();
  };
};
