import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { RecoveryRepository } from '@crossroads/store';

export interface RecoverPorts {
  sagas: RecoveryRepository;
  queue: Pick<SagaQueue, 'active' | 'enqueueAll' | 'reenqueue' | 'sagasLongTaken' | 'waiting'>;
}

/** What a scan found. `idle`: no saga can need this scan within the next three seconds. */
export type ScanResult = 'busy' | 'idle';

/** Sagas of one scan. A dead worker leaves as many as it had active; the next scan finds the others. */
const batchSize = 200;

/** Milliseconds a saga without a lapsed claim may be due before its job counts as missing. */
const missedMs = 2_000;

/** Waiting jobs up to which such sagas are enqueued. In a longer queue their jobs are still waiting, and would be duplicated. */
const fewWaiting = 100;

/** Full scans before the next probe. A probe costs a query more where it finds something. */
const scansPerProbe = 10;

/**
 * Returns the scan for sagas of dead workers. It finds the sagas they had claimed, about a second after their leases end.
 * It also finds sagas whose job they had taken but not claimed. BullMQ finds those only when the job's lock expires.
 * Both are enqueued before all waiting jobs.
 * Each scan reads a window of an index and the active jobs, whatever the number of open sagas. The sweep finds what the scan misses.
 *
 * In an idle system, a probe replaces the scan: no job is active, and no lease or delay ends within three seconds.
 * A claim or job that appears after a probe needs no scan within two seconds. A lease is longer, and a job counts as missing after two seconds.
 * So a probe every three seconds finds it as soon as a scan every second does.
 */
export const createRecoverLapsed = ({ sagas, queue }: RecoverPorts): (() => Promise<ScanResult>) => {
  let untilProbe = scansPerProbe;
  const enqueueLapsed = async (): Promise<void> => {
    const due = await sagas.latelyDue(batchSize);
    await queue.enqueueAll(due.filter((saga) => saga.leftBehind), { first: true });
    const missed = due.filter((saga) => !saga.leftBehind && saga.overdueMs > missedMs);
    if (missed.length > 0 && (await queue.waiting()) < fewWaiting) await queue.enqueueAll(missed);
  };

  const enqueueUnclaimed = async (): Promise<void> => {
    const due = await sagas.dueAmong(await queue.sagasLongTaken());
    await queue.reenqueue(due.filter(({ overdueMs }) => overdueMs < 0 || overdueMs > missedMs), { first: true });
  };

  const isIdle = async (): Promise<boolean> => !(await sagas.anyDueSoon()) && (await queue.active()) === 0;

  return async () => {
    if (untilProbe === 0 && (await isIdle())) return 'idle';
    untilProbe = untilProbe === 0 ? scansPerProbe : untilProbe - 1;
    await enqueueLapsed();
    await enqueueUnclaimed();
    return 'busy';
  };
};
