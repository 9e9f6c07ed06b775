import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** Keeps the floors' queues apart from the real one. */
export const prefix = '{bench}';

/** As the real workers connect. */
export const connect = (redisUrl: string): Redis => new Redis({ path: decodeURIComponent(new URL(redisUrl).pathname), maxRetriesPerRequest: null });

/** A queue with the retention of the real one. */
export const benchQueue = (name: string, connection: Redis): Queue =>
  new Queue(name, { connection, prefix, streams: { events: { maxLen: 1_000 } }, defaultJobOptions: { removeOnComplete: { count: 1_000, limit: 1_000 } } });
