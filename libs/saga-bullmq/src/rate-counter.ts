import { failFastConnection } from './connection.js';
import type { QueuePlace } from './queue-place.js';
import { keyPrefix, usualPlace } from './queue-place.js';

/** Hits that several processes count together. */
export interface RateCounter {
  /** Adds hits under each key and answers each key's total. Rejects when Redis does not answer in time; the hits may have been added all the same. */
  add(hits: ReadonlyMap<string, number>, lastsMs: number): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** Nobody's reply waits for this, but a queue of unanswered counts must not build up. */
const answerWithinMs = 100;

export const openRateCounter = (redisUrl: string, onError: (error: Error) => void, place: Pick<QueuePlace, 'prefix'> = usualPlace): RateCounter => {
  const prefix = keyPrefix(place);
  const redis = failFastConnection(redisUrl, onError);
  return {
    async add(hits, lastsMs) {
      const keys = [...hits.keys()];
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.incrby(`${prefix}:rate:${key}`, hits.get(key)!).pexpire(`${prefix}:rate:${key}`, lastsMs);
      const results = await inTime(pipeline.exec());
      return new Map(keys.map((key, index) => [key, totalOf(results?.[2 * index])]));
    },
    close: async () => redis.disconnect(),
  };
};

const totalOf = ([error, total]: [Error | null, unknown] = [new Error('Redis left a count unanswered'), null]): number => {
  if (error) throw error;
  return Number(total);
};

const inTime = async <T>(answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${answerWithinMs} ms`)), answerWithinMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
