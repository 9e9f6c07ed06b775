import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SagaQueue, BullmqQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openSagaQueue, openQueue } from '@crossroads/saga-bullmq';
import type { Store } from '@crossroads/store';
import { makeIndexes, openStore } from '@crossroads/store';
import type { Outside } from '../outside/outside.js';
import { startOutside } from '../outside/outside.js';
import type { Child } from './child.js';
import { runApp } from './child.js';
import type { Companies } from './companies.js';
import { seedCompanies, webhookSecret } from './companies.js';
import type { Redis } from 'ioredis';
import { connect } from '../baselines/bench-queue.js';
import { freePort } from './free-port.js';
import type { Stores } from './stores.js';
import { startStores } from './stores.js';

/** A database of the world, with indexes and companies in it. */
export interface Fixture {
  uri: string;
  store: Store;
  companies: Companies;
  /** A number of which no order has been made yet; those from it on are taken. */
  take(orders: number): number;
}

/** What every row is measured on. */
export interface World {
  dataDir: string;
  stores: Stores;
  outside: Outside;
  queue: SagaQueue;
  bullmqQueue: BullmqQueue;
  redis: Redis;
  children: Child[];
  fixture(name: string, companies?: number): Promise<Fixture>;
  /** The real intake on a ground; answers its address. */
  startIntake(fixture: Fixture): Promise<string>;
  /** The two real workers. */
  startWorkers(fixture: Fixture, nodeArgs?: string[]): Promise<Child[]>;
  end(): Promise<void>;
}

const manyCalls = { SUBMITS_PER_MINUTE: '100000000', POLLS_PER_MINUTE: '100000000', MAX_ACTIVE_RESETS_PER_TENANT: '100000000' };

export const openWorld = async (): Promise<World> => {
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
    const outside = await startOutside(children);
    const quiet = (): void => undefined;
    const queue = openSagaQueue(stores.redisUrl, quiet);
    const bullmqQueue = openQueue(stores.redisUrl, quiet);
    const redis = connect(stores.redisUrl);
    closing.push(() => queue.close(), () => closeQueue(bullmqQueue), async () => redis.disconnect());
    await bullmqQueue.waitUntilReady();
    const upOrWords = async (name: string, up: () => Promise<boolean>): Promise<void> => {
      const words = async () => (await readFile(join(dataDir, `${name}.log`), 'utf8')).split('\n').slice(-15).join('\n');
      await until(up, 20_000, `The ${name} did not start.`).catch(async (error: Error) => {
        throw new Error(`${error.message} Its last words:\n${await words()}`, { cause: error });
      });
    };
    const app = (name: string, env: Record<string, string>, nodeArgs: string[] = []) => {
      const shared = { REDIS_URL: stores.redisUrl, TOKEN_SECRET: 'a secret of the bench, long enough for its rule' };
      const child = runApp(`apps/${name}/dist/main.js`, { env: { ...shared, ...env }, output: join(dataDir, `${name}.log`), nodeArgs });
      children.push(child);
      return child;
    };
    return {
      dataDir,
      stores,
      outside,
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
        return { uri, store, companies: await seedCompanies(store, count, outside.sinkUrl), take: (orders) => (next += orders) - orders };
      },
      async startIntake({ uri }) {
        const port = await freePort();
        app('intake', { ...manyCalls, MONGODB_URI: uri, INTAKE_PORT: String(port) });
        const url = `http://127.0.0.1:${port}`;
        await upOrWords('intake', async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true);
        return `${url}/v1/order/reset`;
      },
      startWorkers: async ({ uri }, nodeArgs) => {
        const env = { MONGODB_URI: uri, DESTINATION_PRIVATE_HOSTS: '127.0.0.1', [webhookSecret.name]: webhookSecret.value };
        const workers = [app('worker', env, nodeArgs), app('worker', env, nodeArgs)];
        await upOrWords('worker', async () => (await bullmqQueue.getWorkersCount()) >= 2);
        return workers;
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};

export const until = async (met: () => Promise<boolean>, withinMs: number, otherwise: string, everyMs = 50): Promise<void> => {
  const giveUpAt = performance.now() + withinMs;
  while (!(await met())) {
    if (performance.now() > giveUpAt) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
