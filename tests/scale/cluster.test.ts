import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { closeQueue, openQueue } from '@crossroads/queue';
import { ownDatabase } from '../stores/own-database.js';
import type { Fleet } from './fleet.js';
import { atRest, startFleet } from './fleet.js';
import type { RedisCluster } from './redis-cluster.js';
import { startCluster } from './redis-cluster.js';

/** Resets asked for. Set SCALE_RESETS=5000 for a longer look. */
const count = Number(process.env['SCALE_RESETS'] ?? 200);

let cluster: RedisCluster;
let fleet: Fleet;

beforeAll(async () => {
  cluster = await startCluster();
  fleet = await startFleet({ mongodbUri: ownDatabase('scale-cluster'), redisUrls: [cluster.url], intakes: 2, workers: 4, orders: count });
}, 120_000);

afterAll(async () => {
  await fleet.stop();
  await cluster.stop();
}, 60_000);

test(`on a Redis Cluster, ${count} resets through two intakes and four workers come through, each effect once`, async () => {
  await fleet.ask(count);
  await atRest(fleet, 60_000);
  expect(await fleet.violations()).toEqual([]);
  expect(await fleet.store.connection.db!.collection('sagas').countDocuments({ phase: 'ended' })).toBe(count);
}, 120_000);

test('all that BullMQ keeps lies on one node, and the pages of the operators see every worker', async () => {
  const holder = await cluster.holder();
  for (const node of cluster.nodes) {
    const keys = Number((await node.ask('DBSIZE')).slice(1));
    expect(keys > 0).toBe(node === holder);
  }
  const queue = openQueue(cluster.url, () => undefined);
  const workers = await queue.getWorkers();
  expect(workers.filter(({ addr }) => addr)).toHaveLength(4);
  await closeQueue(queue);
}, 30_000);
