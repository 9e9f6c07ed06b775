import { Queue } from 'bullmq';
import type { Bell, BellOutcome } from './bell.js';
import { jobId } from './bell.js';
import type { Connection } from './connection.js';
import { impatient } from './connection.js';
import { FairTurns } from './fair-turns.js';
import { jobStates } from './job-states.js';
import type { QueuePlace } from './queue-place.js';
import { keyPrefix, usualPlace } from './queue-place.js';

export interface Ring {
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
export interface Bells {
  ring(ring: Ring): Promise<void>;
  /** `first`: before all that waits, since the sagas were under way. */
  ringAll(rings: readonly Ring[], options?: { first?: boolean }): Promise<void>;
  /** Of sagas that are due, those that no job in the queue is going to move. A backlog, whose jobs merely wait, is not among them. */
  notQueued<R extends Ring>(rings: readonly R[]): Promise<R[]>;
  /**
   * Enqueues for sagas of `notQueued`, whatever became of their earlier jobs: those are removed, and where a worker holds one the new job has an id
   * of its own.
   */
  reenqueue(rings: readonly Ring[], options?: { first?: boolean }): Promise<void>;
  /** Sagas whose job a worker took a while ago and has not ended: at most some hundred, longest taken first. */
  sagasLongTaken(): Promise<string[]>;
  /** Whether an operator has paused the queue: jobs wait then, and no worker takes any. */
  paused(): Promise<boolean>;
  /** Bells that hang in the queue or are being answered. */
  count(): Promise<number>;
  /** Bells by state. */
  depth(): Promise<BellDepth>;
  /** Bells that nobody has taken up. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** `failed` are the bells of sagas that stopped, for a week. */
export type BellDepth = Record<'waiting' | 'active' | 'delayed' | 'failed', number>;

const hour = 3_600;

const dueAtOnce = new Date(0);

const idOf = ({ sagaId, epoch, due = dueAtOnce }: Ring): string => jobId(sagaId, epoch, due);

/** The same for all workers that look within one minute, so that they make one job. */
const minutes = (ms = 0): number => Math.floor(Math.abs(ms) / 60_000);

export type SagaQueue = Queue<Bell, BellOutcome>;

/** The queue for one who adds to it or looks at it. `onError` hears of lost connections, which mend themselves. */
export const openQueue = (redisUrl: string, onError: (error: Error) => void, place: QueuePlace = usualPlace): SagaQueue =>
  queueOn(impatient(redisUrl, onError), place, onError);

export const openBells = (redisUrl: string, onError: (error: Error) => void, place: QueuePlace = usualPlace): Bells => {
  const connection = impatient(redisUrl, onError);
  let queue = queueOn(connection, place, onError);
  // A connection that breaks while BullMQ greets Redis leaves a queue that never works again.
  const watch = (): void => {
    queue.waitUntilReady().catch(() => {
      if (connection.status === 'end') return;
      queue = queueOn(connection, place, onError);
      watch();
    });
  };
  watch();

  /** Fails at once while Redis is away: BullMQ would hold every bell until it is back. */
  const reachable = (): SagaQueue => {
    if (connection.status !== 'ready') throw new Error(`Redis is away (${connection.status})`);
    return queue;
  };
  const turns = new FairTurns();
  const states = jobStates(connection, `${keyPrefix(place)}:${place.name}:`);
  const job = (ring: Ring, id = idOf(ring), first = false) => ({
    name: ring.type,
    data: { saga_id: ring.sagaId, correlation_id: ring.correlationId, tenant_id: ring.tenantId },
    opts: { jobId: id, ...(first ? { lifo: true } : { priority: turns.next(ring.tenantId) }) },
  });
  return {
    async ring(ring) {
      const { name, data, opts } = job(ring);
      await reachable().add(name, data, opts);
    },
    async ringAll(rings, { first = false } = {}) {
      if (rings.length > 0) await reachable().addBulk(rings.map((ring) => job(ring, idOf(ring), first)));
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
        rings.map(async (ring) => {
          // Nothing is removed only where a worker holds the lock of the job.
          const id = (await on.remove(idOf(ring))) === 1 ? idOf(ring) : jobId(ring.sagaId, ring.epoch, ring.due ?? dueAtOnce, minutes(ring.overdueMs));
          return job(ring, id, first);
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

const queueOn = (connection: Connection, place: QueuePlace, onError: (error: Error) => void): SagaQueue => {
  const queue: SagaQueue = new Queue(place.name, {
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
export const closeQueue = async (queue: SagaQueue): Promise<void> => {
  const { client } = queue.getBackend() as unknown as { client: Promise<{ disconnect(): void }> };
  client.then((connection) => connection.disconnect()).catch(() => undefined);
  await queue.close();
};
