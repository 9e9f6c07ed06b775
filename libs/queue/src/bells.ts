import { Queue } from 'bullmq';
import type { Bell, BellOutcome } from './bell.js';
import { jobId, prefix, queueName } from './bell.js';
import type { Connection } from './connection.js';
import { impatient } from './connection.js';
import { FairTurns } from './fair-turns.js';

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
}

/** Rings bells. A rejection means "unknown", not "not rung"; the sweeper settles it either way. */
export interface Bells {
  ring(ring: Ring): Promise<void>;
  ringAll(rings: readonly Ring[]): Promise<void>;
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

export type SagaQueue = Queue<Bell, BellOutcome>;

/** The queue for one who adds to it or looks at it. `onError` hears of lost connections, which mend themselves. */
export const openQueue = (redisUrl: string, onError: (error: Error) => void): SagaQueue => queueOn(impatient(redisUrl, onError), onError);

export const openBells = (redisUrl: string, onError: (error: Error) => void): Bells => {
  const connection = impatient(redisUrl, onError);
  let queue = queueOn(connection, onError);
  // A connection that breaks while BullMQ greets Redis leaves a queue that never works again.
  const watch = (): void => {
    queue.waitUntilReady().catch(() => {
      if (connection.status === 'end') return;
      queue = queueOn(connection, onError);
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
  const job = ({ sagaId, correlationId, type, tenantId, epoch, due = new Date(0) }: Ring) => ({
    name: type,
    data: { saga_id: sagaId, correlation_id: correlationId },
    opts: { jobId: jobId(sagaId, epoch, due), priority: turns.next(tenantId) },
  });
  return {
    async ring(ring) {
      const { name, data, opts } = job(ring);
      await reachable().add(name, data, opts);
    },
    async ringAll(rings) {
      if (rings.length > 0) await reachable().addBulk(rings.map(job));
    },
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

const queueOn = (connection: Connection, onError: (error: Error) => void): SagaQueue => {
  const queue: SagaQueue = new Queue(queueName, {
    connection,
    prefix,
    streams: { events: { maxLen: 1_000 } },
    defaultJobOptions: {
      attempts: 5,
      backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
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
