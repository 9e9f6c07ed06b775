import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ownDatabase } from '../stores/own-database.js';
import type { Fleet } from './fleet.js';
import { untilIdle, startFleet } from './fleet.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';
import { started } from './started.js';

/** Number of resets. Opt-in: SEVERAL_REDIS=300 npx jest tests/scale/several-redis */
const count = Number(process.env['SEVERAL_REDIS'] ?? 0);
const measured = count > 0 ? test : test.skip;

const running = started();
let servers: RedisServer[];
let fleet: Fleet;

beforeAll(async () => {
  if (count === 0) return;
  servers = [running.keep(await startRedis()), running.keep(await startRedis())];
  const redisUrls = servers.map(({ port }) => `redis://127.0.0.1:${port}`);
  // Frequent sweeps, so that workers enqueue sagas whose jobs are in the other Redis.
  const env = { SWEEP_INTERVAL_MS: '300', WORKER_CONCURRENCY: '6', DESTINATION_IN_FLIGHT: '5' };
  fleet = running.keep(await startFleet({ mongodbUri: ownDatabase('scale-several'), redisUrls, intakes: 2, workers: 2, orders: count, env }));
}, 120_000);

afterAll(() => running.stopAll(), 60_000);

measured('one MongoDB served by two Redis, each with an intake and a worker of its own: each effect once', async () => {
  await fleet.ask(count);
  await untilIdle(fleet, 120_000);
  expect(await fleet.violations()).toEqual([]);
  for (const { ask } of servers) expect(Number((await ask('ZCARD {crossroads}:sagas:completed')).slice(1))).toBeGreaterThan(0);
}, 200_000);
