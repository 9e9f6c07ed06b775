import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BullmqQueue, SagaQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openQueue, openSagaQueue } from '@crossroads/saga-bullmq';
import type { Store } from '@crossroads/store';
import { makeIndexes, openStore } from '@crossroads/store';
import type { Redis } from 'ioredis';
import type { LoadGenerator } from '../load/generator.js';
import { startLoadGenerator } from '../load/generator.js';
import type { Child } from './processes.js';
import { freePort, runApp } from './processes.js';
import type { Companies } from './sample-data.js';
import { seedCompanies, webhookSecret } from './sample-data.js';
import type { Stores } from './stores.js';
import { connectRedis, startStores } from './stores.js';

/** A database with indexes and companies. */
export interface Fixture {
  uri: string;
  store: Store;
  companies: Companies;
  /** Reserves order numbers. Returns the first of them. */
  reserve(orders: number): number;
}

/** The processes that every measurement uses. */
export interface Harness {
  dataDir: string;
  stores: Stores;
  loadGenerator: LoadGenerator;
  queue: SagaQueue;
  bullmqQueue: BullmqQueue;
  redis: Redis;
  children: Child[];
  fixture(name: string, companies?: number): Promise<Fixture>;
  /** Starts the real intake on a database. Returns the URL for submissions. */
  startIntake(fixture: Fixture): Promise<string>;
  /** Starts the two real workers on a database. */
  startWorkers(fixture: Fixture, nodeArgs?: string[]): Promise<Child[]>;
  end(): Promise<void>;
}

const noRateLimits = { SUBMITS_PER_MINUTE: '100000000', POLLS_PER_MINUTE: '100000000', MAX_ACTIVE_RESETS_PER_TENANT: '100000000' };

export const openHarness = async (): Promise<Harness> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crossroads-bench-'));
  const children: Child[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  const stores = await startStores(dataDir).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  const end = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.end()));
    for (const close of closing.toReversed()) await close();
    await stores.end();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const loadGenerator = await startLoadGenerator(children);
    const ignoreError = (): void => undefined;
    const queue = openSagaQueue(stores.redisUrl, ignoreError);
    const bullmqQueue = openQueue(stores.redisUrl, ignoreError);
    const redis = connectRedis(stores.redisUrl);
    closing.push(() => queue.close(), () => closeQueue(bullmqQueue), async () => redis.disconnect());
    await bullmqQueue.waitUntilReady();
    const untilUp = async (name: string, isUp: () => Promise<boolean>): Promise<void> => {
      const lastLines = async () => (await readFile(join(dataDir, `${name}.log`), 'utf8')).split('\n').slice(-15).join('\n');
      await until(isUp, 20_000, `The ${name} did not start within 20 s.`).catch(async (error: Error) => {
        throw new Error(`${error.message} Its last output:\n${await lastLines()}`, { cause: error });
      });
    };
    const app = (name: string, env: Record<string, string>, nodeArgs: string[] = []) => {
      const shared = { REDIS_URL: stores.redisUrl, TOKEN_SECRET: 'secret of the benchmark, long enough for its rule' };
      const child = runApp(`apps/${name}/dist/main.js`, { env: { ...shared, ...env }, output: join(dataDir, `${name}.log`), nodeArgs });
      children.push(child);
      return child;
    };
    return {
      dataDir,
      stores,
      loadGenerator,
      queue,
      bullmqQueue,
      redis,
      children,
      async fixture(name, count = 10) {
        const uri = stores.database(name);
        const store = openStore({ uri, operationTimeoutMs: 10_000 });
        closing.push(() => store.close());
        await store.connected;
        await makeIndexes(store.connection);
        let next = 0;
        return { uri, store, companies: await seedCompanies(store, count, loadGenerator.sinkUrl), reserve: (orders) => (next += orders) - orders };
      },
      async startIntake({ uri }) {
        const port = await freePort();
        app('intake', { ...noRateLimits, MONGODB_URI: uri, INTAKE_PORT: String(port) });
        const url = `http://127.0.0.1:${port}`;
        await untilUp('intake', async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true);
        return `${url}/v1/order/reset`;
      },
      startWorkers: async ({ uri }, nodeArgs) => {
        const env = { MONGODB_URI: uri, DESTINATION_PRIVATE_HOSTS: '127.0.0.1', [webhookSecret.name]: webhookSecret.value };
        const workers = [app('worker', env, nodeArgs), app('worker', env, nodeArgs)];
        await untilUp('worker', async () => (await bullmqQueue.getWorkersCount()) >= 2);
        return workers;
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};

/** Polls a condition until it is true. Throws an error with `message` when it is not true within `withinMs`. */
export const until = async (condition: () => Promise<boolean>, withinMs: number, message: string, everyMs = 50): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
