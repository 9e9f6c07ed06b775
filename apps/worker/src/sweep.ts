import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { SweepPlace, SweepRepository } from '@crossroads/store';
import type { ScanResult } from './recover-lapsed.js';

export interface SweepPorts {
  sagas: SweepRepository;
  queue: Pick<SagaQueue, 'notQueued' | 'reenqueue'>;
  log: Log;
  /** Counts sagas that had no job. */
  reenqueued(jobs: number): void;
}

/** Sagas of one query. */
const batchSize = 1_000;

/** Milliseconds a saga may be due before the sweep checks its job, which may just have been added or taken. */
const settlesMs = 2_000;

/**
 * Returns the recovery sweep. It enqueues due sagas without a job.
 * Every worker sweeps; an extra job is harmless.
 *
 * The sagas of a long backlog are due too, but have jobs. So a sweep checks the jobs of one batch and continues there
 * next time. If many have no job, Redis has lost jobs, and the sweep checks all the others at once.
 * A saga gets a new job whatever happened to its earlier one: completed elsewhere, failed, lost, or held by a dead worker.
 */
export const createSweep = ({ sagas, queue, log, reenqueued }: SweepPorts): (() => Promise<void>) => {
  let place: SweepPlace | undefined;

  return async () => {
    for (;;) {
      const due = await sagas.due(batchSize, place);
      place = due.place;
      if (due.sagas.length === 0) return;
      // It is negative where the clock of an intake is ahead, and cannot be used then.
      const unmoved = await queue.notQueued(due.sagas.filter(({ overdueMs }) => overdueMs < 0 || overdueMs > settlesMs));
      // In a busy queue most of these sagas have been processed by now, and their jobs are completed.
      const stillDue = await sagas.stillDue(unmoved);
      await queue.reenqueue(stillDue);
      const lost = stillDue.length;
      if (lost > 0) {
        reenqueued(lost);
        log.info('the sweep enqueued due sagas without a job', { due: due.sagas.length, lost });
      }
      if (!place || lost < batchSize / 20) return;
    }
  };
};

/**
 * Repeats the sweep, with random intervals so that workers do not sweep at the same time. The interval is at most a quarter longer or shorter.
 * After a sweep that returned `idle`, it is `idleEveryMs`.
 */
export const startSweeping = (sweep: () => Promise<ScanResult | void>, everyMs: number, log: Log, name = 'the sweep', idleEveryMs = everyMs): { stop(withinMs: number): Promise<void> } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  const after = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep()
        .catch((error: unknown) => log.warn(`${name} failed and will be repeated`, { error }))
        .then((result) => after((result === 'idle' ? idleEveryMs : everyMs) * (0.75 + Math.random() / 2)));
    }, ms);
  };
  // Soon after the start: where workers keep crashing, none would reach a later first sweep.
  after(Math.random() * Math.min(2_000, everyMs));

  return {
    /** Waits for the current sweep, but at most `withinMs`: MongoDB may not respond. */
    stop: (withinMs) => {
      stopped = true;
      clearTimeout(timer);
      return Promise.race([sweeping, new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())]);
    },
  };
};
