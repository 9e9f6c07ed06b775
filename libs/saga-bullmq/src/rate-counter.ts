import type { QueueName } from './connection.js';
import { defaultQueueName, failFastConnection, keyPrefix } from './connection.js';

/** Counts hits in Redis, shared by several processes. */
export interface RateCounter {
  /** Adds hits to each key and returns the totals. Rejects when Redis does not reply in time; the hits may still have been added. */
  add(hits: ReadonlyMap<string, number>, expiresInMs: number): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** Milliseconds until a call is given up. No HTTP response waits for it, but pending calls must not accumulate. */
const replyTimeoutMs = 100;

/** Opens a counter. `onError` is called when the connection is lost. */
export const openRateCounter = (redisUrl: string, onError: (error: Error) => void, queueName: Pick<QueueName, 'prefix'> = defaultQueueName): RateCounter => {
  const prefix = keyPrefix(queueName);
  const redis = failFastConnection(redisUrl, onError);
  return {
    async add(hits, expiresInMs) {
      const keys = [...hits.keys()];
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.incrby(`${prefix}:rate:${key}`, hits.get(key)!).pexpire(`${prefix}:rate:${key}`, expiresInMs);
      const results = await withTimeout(pipeline.exec());
      return new Map(keys.map((key, index) => [key, totalOf(results?.[2 * index])]));
    },
    close: async () => redis.disconnect(),
  };
};

const totalOf = ([error, total]: [Error | null, unknown] = [new Error('Redis returned no result for a count.'), null]): number => {
  if (error) throw error;
  return Number(total);
};

const withTimeout = async <T>(reply: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not reply within ${replyTimeoutMs} ms`)), replyTimeoutMs);
  });
  try {
    return await Promise.race([reply, timeout]);
  } finally {
    clearTimeout(timer);
  }
};
