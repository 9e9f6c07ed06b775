import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Worker } from 'bullmq';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { inRepository, ownEnvironment } from './processes.js';

export interface Stores {
  redisUrl: string;
  redisPid: number;
  mongodbPid: number;
  /** Returns the URI of one database of the engine. */
  database(name: string): string;
  end(): Promise<void>;
}

/** Starts a real Redis and a real MongoDB engine as processes with their own folder. */
export const startStores = async (dataDir: string): Promise<Stores> => {
  const child = spawn(process.execPath, [inRepository('apps/sandbox/dist/stores/main.js'), '--data', dataDir], {
    env: ownEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
    // Without a process group of their own, Ctrl-C would end the stores before their clients.
    detached: true,
  });
  const gone = once(child, 'exit');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('The stores did not start. Their output is above.')));
  });
  const { redis_url, mongodb_uri, redis_pid, mongodb_pid } = JSON.parse(line) as {
    redis_url: string;
    mongodb_uri: string;
    redis_pid: number;
    mongodb_pid: number;
  };
  return {
    redisUrl: redis_url,
    redisPid: redis_pid,
    mongodbPid: mongodb_pid,
    database(name) {
      const uri = new URL(mongodb_uri);
      uri.pathname = `/${name}`;
      return uri.href;
    },
    async end() {
      child.stdin.end();
      await gone;
    },
  };
};

/** Separates the keys of the baselines' queues from those of the real queue. */
export const prefix = '{bench}';

/** Connects to Redis as the real workers do. */
export const connectRedis = (redisUrl: string): Redis => new Redis({ path: decodeURIComponent(new URL(redisUrl).pathname), maxRetriesPerRequest: null });

/** Opens a queue with the retention of the real one. */
export const benchQueue = (name: string, connection: Redis): Queue =>
  new Queue(name, { connection, prefix, streams: { events: { maxLen: 1_000 } }, defaultJobOptions: { removeOnComplete: { count: 1_000, limit: 1_000 } } });

/** Waits until a baseline's worker takes jobs. A failed job ends the process, since its run would measure something else. */
export const readyOrExit = async (worker: Worker): Promise<void> => {
  worker.on('failed', (_job, error) => {
    console.error(error);
    process.exit(1);
  });
  await worker.waitUntilReady();
};
