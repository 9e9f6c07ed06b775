import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobId } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import { ownDatabase } from '../stores/own-database.js';
import type { Fleet } from './fleet.js';
import { untilIdle, startFleet } from './fleet.js';
import type { WatchedRedis } from './redis-sentinel.js';
import { startWatched } from './redis-sentinel.js';
import { started } from './started.js';

/** Number of resets, a third each before, at and during the failover. Set FAILOVER_RESETS=3000 for a longer run. */
const count = Number(process.env['FAILOVER_RESETS'] ?? 240);
const third = count / 3;

const running = started();
let redis: WatchedRedis;
let fleet: Fleet;

beforeAll(async () => {
  redis = running.keep(await startWatched());
  const options = {
    mongodbUri: ownDatabase('scale-failover'),
    redisUrls: [redis.url],
    intakes: 1,
    workers: 2,
    orders: count,
    // Few active sagas, so that jobs wait in the queue when the primary dies; and frequent sweeps.
    env: { WORKER_CONCURRENCY: '6', DESTINATION_IN_FLIGHT: '5', SWEEP_INTERVAL_MS: '2000' },
  };
  fleet = running.keep(await startFleet(options));
}, 120_000);

afterAll(() => running.stopAll(), 60_000);

test(`of ${count} resets none is lost when the primary dies under load, with jobs that its replica never received`, async () => {
  await fleet.ask(third);
  await untilIdle(fleet, 60_000);
  const primary = await redis.primary();
  const replica = await redis.replica();

  // From here on the replica receives nothing: acknowledged jobs are lost with the primary.
  replica.signal('SIGSTOP');
  await primary.ask('CLIENT KILL TYPE replica');
  await fleet.ask(third);
  const waiting = await fleet.open();
  const queue = waiting.map((sagaId) => `{crossroads}:sagas:${jobId(sagaId, 0, new Date(0))}`).join(' ');
  const acknowledged = await primary.ask(`EXISTS ${queue}`);
  primary.signal('SIGKILL');
  replica.signal('SIGCONT');
  expect(Number(acknowledged.slice(1))).toBeGreaterThan(0);
  expect(await replica.ask(`EXISTS ${queue}`)).toBe(':0\r\n');
  await fleet.ask(third);

  await eventually(async () => (await redis.primary()) === replica);
  await untilIdle(fleet, 100_000);
  expect(await fleet.violations()).toEqual([]);
  expect(await fleet.store.connection.db!.collection('sagas').countDocuments({ phase: 'ended' })).toBe(count);
}, 240_000);
