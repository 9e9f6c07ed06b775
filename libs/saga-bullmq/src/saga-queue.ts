import { Queue } from 'bullmq';
import type { Connection, QueueName } from './connection.js';
import { defaultQueueName, failFastConnection, keyPrefix } from './connection.js';
import { jobStates } from './job-states.js';
import type { JobData, JobOutcome } from './saga-job.js';
import { jobId } from './saga-job.js';
import type { NotifySaved } from './saga-notifications.js';
import { createNotifySaved } from './saga-notifications.js';
import { TenantFairScheduler } from './tenant-fair-scheduler.js';

/** A saga to enqueue a job for. */
export interface EnqueueRequest {
  sagaId: string;
  correlationId: string;
  type: string;
  /** The saga's tenant. Workers serve tenants fairly. */
  tenantId: string;
  /** The saga's epoch, as far as the caller knows it. */
  epoch: number;
  /** Time at which the saga became due. Absent, or 1970, for a saga that is due immediately. */
  due?: Date;
  /** Milliseconds since the saga became due, by the database's clock. */
  overdueMs?: number;
}

/** The queue of jobs. When a method rejects, its jobs may still have been added; the next sweep adds the missing ones. */
export interface SagaQueue {
  enqueue(request: EnqueueRequest): Promise<void>;
  /** Notifies the intakes that a saga's state was saved, for callers that wait for it. Best effort. */
  notifySaved: NotifySaved;
  /** Enqueues many sagas. `first`: before all waiting jobs, for sagas that were already running. */
  enqueueAll(requests: readonly EnqueueRequest[], options?: { first?: boolean }): Promise<void>;
  /** Returns those of the due sagas that no job in the queue will run. A backlog of waiting jobs is not included. */
  notQueued<R extends EnqueueRequest>(requests: readonly R[]): Promise<R[]>;
  /**
   * Enqueues sagas that `notQueued` returned, and removes their earlier jobs. Where a worker has locked the earlier job,
   * the new one gets another id.
   */
  reenqueue(requests: readonly EnqueueRequest[], options?: { first?: boolean }): Promise<void>;
  /** Returns the sagas whose job a worker took some time ago and has not finished: at most 300, longest taken first. */
  sagasLongTaken(): Promise<string[]>;
  /** Returns the number of jobs that workers have taken and not finished. */
  active(): Promise<number>;
  /** Returns whether an operator has paused the queue. Then jobs wait and no worker takes any. */
  paused(): Promise<boolean>;
  /** Returns the number of jobs that are waiting, delayed or active. */
  count(): Promise<number>;
  /** Returns the number of jobs by state. */
  depth(): Promise<QueueDepth>;
  /** Returns the number of jobs that no worker has taken. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** Number of jobs by state. `failed` are the jobs of sagas that stopped within the last week. */
export type QueueDepth = Record<'waiting' | 'active' | 'delayed' | 'failed', number>;

/** Seconds. */
const hour = 3_600;

const dueImmediately = new Date(0);

const jobIdOf = ({ sagaId, epoch, due = dueImmediately }: EnqueueRequest): string => jobId(sagaId, epoch, due);

/**
 * Numbers the jobs of one state of a saga: the next at 4, 8, 16 and 32 s, then each minute. Workers that call at about the same time get the same number
 * and add one job. If a worker dies before it claims the saga, the saga must not wait until BullMQ frees the job: that takes up to 14 s.
 */
const roundOf = (overdueMs = 0): number => {
  const ms = Math.abs(overdueMs);
  return ms < 60_000 ? Math.floor(Math.log2(Math.max(1, ms / 2_000))) : 4 + Math.floor(ms / 60_000);
};

/** Enqueues a saga without waiting for Redis. An error is logged only: the saga is stored, and the next sweep enqueues it. */
export const enqueueOrLog = (queue: Pick<SagaQueue, 'enqueue'>, log: { warn(message: string, fields: object): void }, request: EnqueueRequest): void => {
  queue.enqueue(request).catch((error: unknown) => log.warn('could not enqueue the saga; the next sweep will', { saga_id: request.sagaId, error }));
};

export type BullmqQueue = Queue<JobData, JobOutcome>;

/** Opens BullMQ's own queue object. `onError` is called when the connection is lost; the connection is restored automatically. */
export const openQueue = (redisUrl: string, onError: (error: Error) => void, queueName: QueueName = defaultQueueName): BullmqQueue =>
  createQueue(failFastConnection(redisUrl, onError), queueName, onError);

/** Opens the queue of sagas. `onError` is called when the connection is lost; the connection is restored automatically. */
export const openSagaQueue = (redisUrl: string, onError: (error: Error) => void, queueName: QueueName = defaultQueueName): SagaQueue => {
  const connection = failFastConnection(redisUrl, onError);
  let queue = createQueue(connection, queueName, onError);
  // If the connection breaks during BullMQ's first commands, its queue object never works again.
  const reopenWhenBroken = (): void => {
    queue.waitUntilReady().catch(() => {
      if (connection.status === 'end') return;
      queue = createQueue(connection, queueName, onError);
      reopenWhenBroken();
    });
  };
  reopenWhenBroken();

  /** Returns the queue. Throws at once while Redis is not connected: BullMQ would keep every job in memory until Redis is back. */
  const connectedQueue = (): BullmqQueue => {
    if (connection.status !== 'ready') throw new Error(`Redis is not connected (${connection.status})`);
    return queue;
  };
  const fairScheduler = new TenantFairScheduler();
  const states = jobStates(connection, `${keyPrefix(queueName)}:${queueName.name}:`);
  const toJob = (request: EnqueueRequest, id = jobIdOf(request), first = false) => ({
    name: request.type,
    data: { saga_id: request.sagaId, correlation_id: request.correlationId, tenant_id: request.tenantId },
    opts: { jobId: id, ...(first ? { lifo: true } : { priority: fairScheduler.nextPriority(request.tenantId) }) },
  });
  return {
    async enqueue(request) {
      const { name, data, opts } = toJob(request);
      await connectedQueue().add(name, data, opts);
    },
    notifySaved: createNotifySaved(connection, redisUrl, queueName, onError),
    async enqueueAll(requests, { first = false } = {}) {
      if (requests.length > 0) await connectedQueue().addBulk(requests.map((request) => toJob(request, jobIdOf(request), first)));
    },
    async notQueued(requests) {
      connectedQueue();
      const jobs = await states.read(requests.map(jobIdOf));
      return requests.filter((_, index) => jobs[index] !== 'queued');
    },
    async reenqueue(requests, { first = false } = {}) {
      if (requests.length === 0) return;
      const target = connectedQueue();
      const jobs = await Promise.all(
        requests.map(async (request) => {
          // `remove` returns 0 only when a worker has locked the job.
          const id = (await target.remove(jobIdOf(request))) === 1 ? jobIdOf(request) : jobId(request.sagaId, request.epoch, request.due ?? dueImmediately, roundOf(request.overdueMs));
          return toJob(request, id, first);
        }),
      );
      await target.addBulk(jobs);
    },
    async sagasLongTaken() {
      connectedQueue();
      return states.sagasLongTaken();
    },
    async active() {
      connectedQueue();
      return states.active();
    },
    paused: async () => connectedQueue().isPaused(),
    async depth() {
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = await connectedQueue().getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
      return { waiting: waiting + prioritized, active, delayed, failed };
    },
    waiting: () => connectedQueue().getJobCountByTypes('waiting', 'prioritized'),
    count: () => connectedQueue().getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
    async close() {
      connection.disconnect();
      await queue.close();
    },
  };
};

const createQueue = (connection: Connection, queueName: QueueName, onError: (error: Error) => void): BullmqQueue => {
  const queue: BullmqQueue = new Queue(queueName.name, {
    connection,
    prefix: keyPrefix(queueName),
    streams: { events: { maxLen: 1_000 } },
    defaultJobOptions: {
      // No error may fail a job permanently: nothing could be enqueued for the saga while the failed job keeps its id.
      attempts: 1_000_000,
      backoff: { type: 'fixed', delay: 2_000, jitter: 0.5 },
      sizeLimit: 4_096,
      removeOnComplete: { age: hour, count: 1_000, limit: 1_000 },
      removeOnFail: { age: 7 * 24 * hour, count: 5_000 },
    },
  });
  queue.on('error', onError);
  return queue;
};

/** Closes a queue of `openQueue` and its connection, which BullMQ does not close because it did not open it. Does not wait for a Redis that is down. */
export const closeQueue = async (queue: BullmqQueue): Promise<void> => {
  const { client } = queue.getBackend() as unknown as { client: Promise<{ disconnect(): void }> };
  client.then((connection) => connection.disconnect()).catch(() => undefined);
  await queue.close();
};
