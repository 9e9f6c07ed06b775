import { Queue } from 'bullmq';
import type { JobData, JobOutcome } from './saga-job.js';
import { jobId } from './saga-job.js';
import type { Connection } from './connection.js';
import { failFastConnection } from './connection.js';
import { TenantFairScheduler } from './tenant-fair-scheduler.js';
import { jobStates } from './job-states.js';
import type { QueuePlace } from './queue-place.js';
import { keyPrefix, usualPlace } from './queue-place.js';

export interface EnqueueRequest {
  sagaId: string;
  correlationId: string;
  type: string;
  /** Whose reset it is; tenants are served in fair turns. */
  tenantId: string;
  /** The saga's epoch as the ringer knows it. */
  epoch: number;
  /** Since when it is due; 1970 for a saga that is due whatever the time, which is what it is when left out. */
  due?: Date;
  /** For how long it has been due, by the database's clock. */
  overdueMs?: number;
}

/** Rings bells. A rejection means "unknown", not "not rung"; the sweeper settles it either way. */
export interface SagaQueue {
  enqueue(enqueue: EnqueueRequest): Promise<void>;
  /** `first`: before all that waits, since the sagas were under way. */
  enqueueAll(rings: readonly EnqueueRequest[], options?: { first?: boolean }): Promise<void>;
  /** Of sagas that are due, those that no job in the queue is going to move. A backlog, whose jobs merely wait, is not among them. */
  notQueued<R extends EnqueueRequest>(rings: readonly R[]): Promise<R[]>;
  /**
   * Enqueues for sagas of `notQueued`, whatever became of their earlier jobs: those are removed, and where a worker holds one the new job has an id
   * of its own.
   */
  reenqueue(rings: readonly EnqueueRequest[], options?: { first?: boolean }): Promise<void>;
  /** Sagas whose job a worker took a while ago and has not ended: at most some hundred, longest taken first. */
  sagasLongTaken(): Promise<string[]>;
  /** Whether an operator has paused the queue: jobs wait then, and no worker takes any. */
  paused(): Promise<boolean>;
  /** Bells that hang in the queue or are being answered. */
  count(): Promise<number>;
  /** Bells by state. */
  depth(): Promise<QueueDepth>;
  /** Bells that nobody has taken up. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** `failed` are the bells of sagas that stopped, for a week. */
export type QueueDepth = Record<'waiting' | 'active' | 'delayed' | 'failed', number>;

const hour = 3_600;

const dueImmediately = new Date(0);

const idOf = ({ sagaId, epoch, due = dueImmediately }: EnqueueRequest): string => jobId(sagaId, epoch, due);

/** The same for all workers that look within one minute, so that they make one job. */
const minutes = (ms = 0): number => Math.floor(Math.abs(ms) / 60_000);

export type BullmqQueue = Queue<JobData, JobOutcome>;

/** The queue for one who adds to it or looks at it. `onError` hears of lost connections, which mend themselves. */
export const openQueue = (redisUrl: string, onError: (error: Error) => void, place: QueuePlace = usualPlace): BullmqQueue =>
  queueOn(failFastConnection(redisUrl, onError), place, onError);

export const openSagaQueue = (redisUrl: string, onError: (error: Error) => void, place: QueuePlace = usualPlace): SagaQueue => {
  const connection = failFastConnection(redisUrl, onError);
  let queue = queueOn(connection, place, onError);
  // A connection that breaks while BullMQ greets Redis leaves a queue that never works again.
  const telemetry = (): void => {
    queue.waitUntilReady().catch(() => {
      if (connection.status === 'end') return;
      queue = queueOn(connection, place, onError);
      telemetry();
    });
  };
  telemetry();

  /** Fails at once while Redis is away: BullMQ would hold every bell until it is back. */
  const reachable = (): BullmqQueue => {
    if (connection.status !== 'ready') throw new Error(`Redis is away (${connection.status})`);
    return queue;
  };
  const executions = new TenantFairScheduler();
  const states = jobStates(connection, `${keyPrefix(place)}:${place.name}:`);
  const job = (enqueue: EnqueueRequest, id = idOf(enqueue), first = false) => ({
    name: enqueue.type,
    data: { saga_id: enqueue.sagaId, correlation_id: enqueue.correlationId, tenant_id: enqueue.tenantId },
    opts: { jobId: id, ...(first ? { lifo: true } : { priority: executions.next(enqueue.tenantId) }) },
  });
  return {
    async enqueue(enqueue) {
      const { name, data, opts } = job(enqueue);
      await reachable().add(name, data, opts);
    },
    async enqueueAll(rings, { first = false } = {}) {
      if (rings.length > 0) await reachable().addBulk(rings.map((enqueue) => job(enqueue, idOf(enqueue), first)));
    },
    async notQueued(rings) {
      reachable();
      const found = await states.look(rings.map(idOf));
      return rings.filter((_, index) => found[index] !== 'queued');
    },
    async reenqueue(rings, { first = false } = {}) {
      if (rings.length === 0) return;
      const on = reachable();
      const jobs = await Promise.all(
        rings.map(async (enqueue) => {
          // Nothing is removed only where a worker holds the lock of the job.
          const id = (await on.remove(idOf(enqueue))) === 1 ? idOf(enqueue) : jobId(enqueue.sagaId, enqueue.epoch, enqueue.due ?? dueImmediately, minutes(enqueue.overdueMs));
          return job(enqueue, id, first);
        }),
      );
      await on.addBulk(jobs);
    },
    async sagasLongTaken() {
      reachable();
      return states.sagasLongTaken();
    },
    paused: async () => reachable().isPaused(),
    async depth() {
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = await reachable().getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
      return { waiting: waiting + prioritized, active, delayed, failed };
    },
    waiting: () => reachable().getJobCountByTypes('waiting', 'prioritized'),
    count: () => reachable().getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
    async close() {
      connection.disconnect();
      await queue.close();
    },
  };
};

const queueOn = (connection: Connection, place: QueuePlace, onError: (error: Error) => void): BullmqQueue => {
  const queue: BullmqQueue = new Queue(place.name, {
    connection,
    prefix: keyPrefix(place),
    streams: { events: { maxLen: 1_000 } },
    defaultJobOptions: {
      // No error ends a job for good: the saga would be silent for as long as the failed job keeps its id.
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

/** The connection is ours, so BullMQ would leave it open. Not waited for longer than Redis is there to answer. */
export const closeQueue = async (queue: BullmqQueue): Promise<void> => {
  const { client } = queue.getBackend() as unknown as { client: Promise<{ disconnect(): void }> };
  client.then((connection) => connection.disconnect()).catch(() => undefined);
  await queue.close();
};
