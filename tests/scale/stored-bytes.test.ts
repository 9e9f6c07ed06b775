import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDestinations } from '@crossroads/destinations';
import type { OpenDestinations } from '@crossroads/destinations';
import { sagaTypes } from '@crossroads/order-reset';
import { createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, bytesOf, collections, directoryRepository, journalRepository, orderQueueRepository, orderRepository, sagaRepository } from '@crossroads/store';
import type { LocalServer } from '@crossroads/testkit';
import { silent, startLocalServer } from '@crossroads/testkit';
import { acceptAll, putOrders, seedCompanies, webhookSecret } from '../../tools/bench/src/harness/sample-data.js';
import { openTestStore } from '../harness/reset-harness.js';

let store: Store;
let server: LocalServer;
let destinations: OpenDestinations;

beforeAll(async () => {
  store = await openTestStore('stored-bytes', 10_000);
  server = await startLocalServer((_request, response) => response.end('{"accepted":true}'));
  const directory = directoryRepository(store);
  destinations = createDestinations({
    instances: { find: async (id) => (await directory.instance(id)) as never },
    secrets: async () => webhookSecret.value,
    allowedPrivateHosts: ['127.0.0.1'],
  });
});

afterAll(async () => {
  await destinations.close();
  await server.close();
  await store.close();
});

test('a reset of an order with two BOLs and two executed drops stores at most 7.9 kB', async () => {
  const companies = await seedCompanies(store, 10, server.url);
  await putOrders(store, companies, 0, 1);
  const [saga] = await acceptAll(store, companies, 0, 1);
  const types = sagaTypes({ orders: orderRepository(store), auditLog: auditLogRepository(store), orderQueue: { ...orderQueueRepository(store), wakeNext: async () => undefined }, destinations });
  const run = createSagaRunner({ types, sagas: sagaRepository(store, types), journal: journalRepository(store), log: silent });
  expect(await run(saga!.saga_id, saga!.tenant_id)).toEqual({ outcome: 'completed', status: 'synced' });

  const stored = await store.connection.db!.collection(collections.sagas).findOne({ _id: saga!.saga_id } as object);
  const entries = await store.connection.db!.collection(collections.logs).find({ saga_id: saga!.saga_id }).sort({ 'journal.seq': 1 }).toArray();
  const sizes = { saga: bytesOf(stored!), ...Object.fromEntries(entries.map((entry) => [`${entry['step'].name} ${entry['step'].outcome}`, bytesOf(entry)])) };
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  if (process.env['PRINT_SIZES']) {
    console.log(JSON.stringify({ sizes, total }, null, 1), JSON.stringify(entries, null, 1), JSON.stringify(stored), entries.map((entry) => Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, bytesOf({ [name]: value }) - 5]))));
  }
  expect(entries).toHaveLength(6);
  expect({ total: total <= 7_900, sizes }).toEqual({ total: true, sizes });
});
