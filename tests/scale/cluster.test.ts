import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSagaSubscription } from '@crossroads/saga-bullmq';
import { eventually } from '@crossroads/testkit';
import request from 'supertest';
import { openOps, signIn } from '../../apps/ops/src/testing/open-ops.js';
import { ownDatabase } from '../stores/own-database.js';
import type { Fleet } from './fleet.js';
import { untilIdle, startFleet } from './fleet.js';
import type { RedisCluster } from './redis-cluster.js';
import { startCluster } from './redis-cluster.js';
import { started } from './started.js';

/** Number of resets. Set SCALE_RESETS=5000 for a longer run. */
const count = Number(process.env['SCALE_RESETS'] ?? 200);

const running = started();
let cluster: RedisCluster;
let fleet: Fleet;

beforeAll(async () => {
  cluster = running.keep(await startCluster());
  fleet = running.keep(await startFleet({ mongodbUri: ownDatabase('scale-cluster'), redisUrls: [cluster.url], intakes: 2, workers: 4, orders: count }));
}, 120_000);

afterAll(() => running.stopAll(), 60_000);

test(`on a Redis Cluster, ${count} resets through two intakes and four workers succeed, with each effect once and a notification for each`, async () => {
  const notified = new Set<string>();
  let isOpen = false;
  const subscription = openSagaSubscription(cluster.url, () => undefined);
  running.keep({ stop: () => subscription.close() });
  subscription.listen({ saved: (sagaIds) => sagaIds.forEach((sagaId) => notified.add(sagaId)), opened: () => (isOpen = true), closed: () => (isOpen = false) });
  subscription.resume();
  await eventually(() => isOpen);
  await fleet.ask(count);
  await untilIdle(fleet, 60_000);
  await eventually(() => notified.size >= count);
  expect(await fleet.violations()).toEqual([]);
  expect(await fleet.store.connection.db!.collection('sagas').countDocuments({ phase: 'ended' })).toBe(count);
}, 120_000);

test('the whole queue is on one node, and operators see its jobs and every worker', async () => {
  const holder = await cluster.holder();
  for (const node of cluster.nodes) expect((await node.ask('DBSIZE')) !== ':0\r\n').toBe(node === holder);

  const ops = await openOps({ mongodbUri: ownDatabase('scale-cluster-ops'), redisUrl: cluster.url, queue: { name: 'sagas', prefix: 'crossroads' } });
  const cookie = await signIn(ops.app, 'viewer');
  const board = await request(ops.app).get('/queues/api/queues?activeQueue=sagas&status=completed&page=1&jobsPerPage=10').set({ cookie });
  expect(board.text).toContain('saga-');
  expect((await ops.bullmqQueue.getWorkers()).filter(({ addr }) => addr)).toHaveLength(4);
  await ops.close();
}, 60_000);
