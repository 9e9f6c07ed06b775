import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import type { MongodbProxy } from '@crossroads/testkit';
import { eventually, openMongodbProxy } from '@crossroads/testkit';
import type { OperationSeen } from '../stores/commands-of.js';
import { commandsOf, countsOf } from '../stores/commands-of.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';
import type { Fleet } from './fleet.js';
import { untilIdle, startFleet } from './fleet.js';
import { started } from './started.js';

const running = started();
let proxy: MongodbProxy;
let fleet: Fleet;
/** A connection without the proxy, so that the test's reads are not recorded. */
let direct: Store;
const sagas = () => direct.connection.db!.collection('sagas');

beforeAll(async () => {
  const target = ownDatabase('commands-of-a-reset');
  direct = openStore({ uri: target, operationTimeoutMs: 10_000 });
  await direct.connected;
  running.keep({ stop: () => direct.close() });
  proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
  running.keep({ stop: () => proxy.close() });
  fleet = running.keep(await startFleet({ mongodbUri: proxy.uri(), redisUrls: [testRedisUrl()], intakes: 1, workers: 1, orders: 10, env: { SWEEP_INTERVAL_MS: '600000' } }));
  // After this, cached data has been read.
  await fleet.ask(1);
  await untilIdle(fleet, 60_000);
}, 120_000);

afterAll(() => running.stopAll(), 60_000);

/** Returns the operations of one reset that succeeds. The destination rejects one in twenty, so this may need several resets. */
const commandsOfOne = async (): Promise<OperationSeen[]> => {
  for (let asked = 2; ; asked++) {
    const operations = await commandsOf(proxy, async () => {
      await fleet.ask(1);
      await eventually(async () => (await sagas().countDocuments({ phase: 'ended' })) === asked);
    });
    const [newest] = await sagas().find().sort({ _id: -1 }).limit(1).toArray();
    if (newest!['status'] === 'synced') return operations;
  }
};

/** Collections that the retention reads at any time. */
const retained = ['operator_keys', 'purged_sagas', 'sessions'];

test('a reset from acceptance to completion consists of these writes, and reads these collections', async () => {
  const operations = await commandsOfOne();
  const isWrite = ({ kind }: { kind: string }) => kind !== 'read';
  expect(countsOf(operations.filter(isWrite))).toEqual({
    // Accepted, claimed, state saved.
    'insert sagas': 1,
    'update sagas': 2,
    // Locked, cleared, progression reset.
    'update orders': 3,
    // Five final outcomes, and the request as it was sent.
    'insert crossroads_logs': 6,
  });
  const read = new Set(operations.filter((operation) => !isWrite(operation)).map(({ collection }) => collection));
  expect([...read].filter((name) => !retained.includes(name)).sort()).toEqual(['instances', 'keys', 'orders', 'sagas', 'tenants']);
}, 120_000);

test('a recorded operation has the fields that a router can use', async () => {
  const operations = await commandsOf(proxy, () => fleet.store.connection.db!.collection('sagas').find({ tenant_id: 'a', $or: [{ status: 'pending', phase: 'running' }, { status: 'error' }], $and: [{ type: 'reset_order' }] }).toArray());
  expect(operations).toContainEqual(expect.objectContaining({ command: 'find', kind: 'read', collection: 'sagas', keys: ['tenant_id', 'type', 'status'] }));
});
