import { DelayedError, UnrecoverableError, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import type { JobData, JobOutcome } from './saga-job.js';
import { blockingConnection } from './connection.js';
import type { QueuePlace } from './queue-place.js';
import { keyPrefix, usualPlace } from './queue-place.js';

/** What came of a bell: over for now, to be rung again in some milliseconds, or in need of an operator. */
export type JobResult = { next: 'over'; outcome: JobOutcome } | { next: 'again'; inMs: number } | { next: 'operator'; reason: string };

export interface SagaWorkerOptions {
  redisUrl: string;
  /** Sagas advanced at once by this process. */
  concurrency: number;
  /** `started`: how often a worker has begun with this job, this time included. */
  answer(sagaId: string, started: number, tenantId?: string): Promise<JobResult>;
  onError(error: Error): void;
  place?: QueuePlace;
}

export interface SagaWorker {
  /** Milliseconds since a bell was last taken up, by a clock that only runs forward. */
  idleMs(): number;
  /** Takes up no more bells and waits for those in hand, but no longer than `deadlineMs`: with Redis away it would wait for ever. */
  close(deadlineMs: number): Promise<void>;
}

/** Milliseconds until a job is tried again whose answer threw, which it should not. */
const afterErrorMs = 5_000;

export const startSagaWorker = ({ redisUrl, concurrency, answer, onError, place = usualPlace }: SagaWorkerOptions): SagaWorker => {
  const connection = blockingConnection(redisUrl, onError);
  let lastTaken = performance.now();

  /** Never throws: BullMQ would count it as a failed attempt, and fail the job in the end. */
  const answerTo = async ({ id, data, attemptsStarted }: Job<JobData, JobOutcome>): Promise<JobResult> => {
    try {
      const { saga_id: sagaId, tenant_id: tenantId }: Partial<Record<keyof JobData, unknown>> = data ?? {};
      if (typeof sagaId === 'string') return await answer(sagaId, attemptsStarted, typeof tenantId === 'string' ? tenantId : undefined);
      onError(new Error(`Job ${id} names no saga, so there is nothing to do for it`));
      return { next: 'over', outcome: { outcome: 'unreadable' } };
    } catch (error) {
      onError(error as Error);
      return { next: 'again', inMs: afterErrorMs };
    }
  };

  const worker = new Worker<JobData, JobOutcome>(
    place.name,
    async (job, token) => {
      lastTaken = performance.now();
      const result = await answerTo(job);
      if (result.next === 'over') return result.outcome;
      if (result.next === 'operator') throw new UnrecoverableError(result.reason);
      return delayJob(job, result.inMs, token);
    },
    {
      connection,
      prefix: keyPrefix(place),
      concurrency,
      // A dead worker's bells are taken over after 5 to 14 s. A lock that is lost in a long pause costs a bell too many, which finds its saga claimed.
      lockDuration: 10_000,
      stalledInterval: 4_000,
      // A Cluster whose every node was away ends the wait for a bell; 15 s is BullMQ's rest before the next.
      runRetryDelay: 2_000,
      // BullMQ would fail a job at its second crash; whether a saga is poison is judged by its epoch.
      maxStalledCount: 1_000_000,
    },
  );
  // Without a listener an emitted error would stop the worker.
  worker.on('error', onError);

  return {
    idleMs: () => performance.now() - lastTaken,
    async close(deadlineMs) {
      const deadline = new Promise<'late'>((resolve) => setTimeout(resolve, deadlineMs, 'late').unref());
      await Promise.race([worker.close().catch(onError), deadline]);
      connection.disconnect();
    },
  };
};

/** Frees the slot; the sweeper would ring as well, this is only sooner. */
const delayJob = async (job: Job<JobData, JobOutcome>, inMs: number, token: string | undefined): Promise<never> => {
  await job.moveToDelayed(Date.now() + inMs, token);
  throw new DelayedError();
};
