import type { Express } from 'express';
import request from 'supertest';
import type { BullmqQueue } from '@crossroads/saga-bullmq';
import { closeQueue, openSagaQueue, openQueue } from '@crossroads/saga-bullmq';
import type { OperatorRole, Store } from '@crossroads/store';
import { bulkRepository, hashPassword, makeIndexes, openStore, operatorRepository } from '@crossroads/store';
import { createOpsApp } from '../app.js';
import type { BulkRunner } from '../bulk/bulk-runner.js';
import { createBulkRunner } from '../bulk/bulk-runner.js';
import { createCommands } from '../commands/create-commands.js';
import type { AvailableCommands } from '../commands/commands.js';

export interface OpenOps {
  app: Express;
  store: Store;
  bullmqQueue: BullmqQueue;
  commands: AvailableCommands;
  bulks: BulkRunner;
  close(): Promise<void>;
}

export interface OpenOpsOptions {
  mongodbUri: string;
  redisUrl: string;
  /** By default a queue of this process. */
  queue?: typeof queueName;
  /** Replaces the real commands. */
  commands?: AvailableCommands;
  secure?: boolean;
  trustedProxies?: number;
}

export const testLifetime = { idleMs: 3_600_000, maxMs: 8 * 3_600_000 };

export const passwords: Record<OperatorRole, string> = { viewer: 'only looking', operator: 'night shift 3am' };

/** Other suites share the Redis, and their workers must not appear on these pages. */
export const queueName = { name: 'sagas', prefix: `ops-${process.pid}` };

/** Opens the pages on a real database with a viewer and an operator. Closing drops the database if it is reachable. */
export const openOps = async ({ mongodbUri, redisUrl, queue: name = queueName, commands: given, secure = false, trustedProxies = 0 }: OpenOpsOptions): Promise<OpenOps> => {
  const store = openStore({ uri: mongodbUri, operationTimeoutMs: 10_000 });
  // The database is empty, so opening it fails until its indexes exist.
  await store.ready.catch(() => makeIndexes(store.connection));
  for (const role of ['viewer', 'operator'] as const) {
    await operatorRepository(store).save({ _id: role, password_scrypt: await hashPassword(passwords[role]), role, created_at: new Date() });
  }
  const bullmqQueue = openQueue(redisUrl, () => undefined, name);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const queue = openSagaQueue(redisUrl, () => undefined, name);
  const commands = given ?? createCommands({ store, queue, log: silent });
  const bulks = createBulkRunner({ bulks: bulkRepository(store), commands, log: silent, perSecond: 200 });
  const app = createOpsApp({ store, bullmqQueue, log: silent, environment: 'test', secure, trustedProxies, sessionLifetime: testLifetime, commands, bulks });
  return {
    app,
    store,
    bullmqQueue,
    commands,
    bulks,
    async close() {
      await bulks.stop();
      await store.connection.dropDatabase().catch(() => undefined);
      await closeQueue(bullmqQueue);
      await queue.close();
      await store.close();
    },
  };
};

/** Adds the header that a browser sends with a request from the pages. */
export const fromOurPages = <T extends { set(name: string, value: string): T }>(call: T): T => call.set('sec-fetch-site', 'same-origin');

/** Signs in. Returns the value of the `cookie` header for later requests. */
export const signIn = async (app: Express, role: OperatorRole): Promise<string> => {
  const { headers } = await fromOurPages(request(app).post('/login')).type('form').send({ username: role, password: passwords[role] });
  const [cookie] = headers['set-cookie'] as unknown as string[];
  return cookie!.split(';')[0]!;
};
