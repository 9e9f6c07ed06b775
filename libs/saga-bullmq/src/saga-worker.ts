import { DelayedError, UnrecoverableError, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import type { RunResult } from '@crossroads/saga';
import type { QueueName } from './connection.js';
import { blockingConnection, defaultQueueName, keyPrefix } from './connection.js';
import type { JobData, JobOutcome } from './saga-job.js';

export interface SagaWorkerOptions {
  redisUrl: string;
  /** Sagas that run at the same time in this process. */
  concurrency: number;
  /** Runs one saga. `started` counts how often a worker has started this job, this time included. */
  process(sagaId: string, started: number, tenantId?: string): Promise<RunResult>;
  onError(error: Error): void;
  queueName?: QueueName;
}

export interface SagaWorker {
  /** Returns the milliseconds since this worker last took a job, by a monotonic clock. */
  idleMs(): number;
  /** Takes no more jobs and waits for the active ones, but at most `deadlineMs`: without Redis the wait would not end. */
  close(deadlineMs: number): Promise<void>;
}

/** Milliseconds until a job is retried after its processor threw, which is a bug. */
const afterErrorMs = 5_000;

/** Starts a BullMQ worker that runs sagas, and completes, delays or fails each job by the result. */
export const startSagaWorker = ({ redisUrl, concurrency, process, onError, queueName = defaultQueueName }: SagaWorkerOptions): SagaWorker => {
  const connection = blockingConnection(redisUrl, onError);
  let lastTaken = performance.now();

  const worker = new Worker<JobData, JobOutcome>(
    queueName.name,
    async (job, token) => {
      lastTaken = performance.now();
      const { saga_id: sagaId, tenant_id: tenantId }: Partial<Record<keyof JobData, unknown>> = job.data ?? {};
      if (typeof sagaId !== 'string') {
        onError(new Error(`Job ${job.id} has no saga_id, so it is completed and no saga runs`));
        return { outcome: 'unreadable' };
      }
      // An error that reached BullMQ would count as a failed attempt, and fail the job in the end.
      const result = await process(sagaId, job.attemptsStarted, typeof tenantId === 'string' ? tenantId : undefined).catch((error: Error): RunResult => {
        onError(error);
        return { outcome: 'retry', delayMs: afterErrorMs };
      });
      if ('delayMs' in result) return delayJob(job, result.delayMs, token);
      // The job fails, so that Bull Board shows it. Resume enqueues under another id, and the sweep removes a failed job of a saga that is due.
      if (result.outcome === 'stopped') throw new UnrecoverableError('The saga stopped. Its page shows the error; an operator can resume it.');
      return result;
    },
    {
      connection,
      prefix: keyPrefix(queueName),
      concurrency,
      // Jobs of a dead worker are taken over after 5 to 14 s. A lock lost in a long pause costs a superfluous job, which finds its saga claimed.
      lockDuration: 10_000,
      stalledInterval: 4_000,
      // A Cluster whose every node was away ends the blocking call; BullMQ would wait 15 s before the next one.
      runRetryDelay: 2_000,
      // The longest that BullMQ blocks. A new job ends the wait at once, so a shorter one only wakes an idle worker more often.
      drainDelay: 10,
      // BullMQ would fail a job at its second crash. The saga's epoch decides whether a saga crashes its workers.
      maxStalledCount: 1_000_000,
    },
  );
  // Without a listener an emitted error would end the process.
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

/** Frees the slot until the saga is due again. The sweep would enqueue it as well, only later. */
const delayJob = async (job: Job<JobData, JobOutcome>, delayMs: number, token: string | undefined): Promise<never> => {
  await job.moveToDelayed(Date.now() + delayMs, token);
  throw new DelayedError();
};
