import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { intakeRepository, makeIndexes, openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import type { TestStores } from '../stores/setup.js';
import { startStores } from '../stores/setup.js';

let stores: TestStores;
let store: Store;
beforeAll(async () => {
  stores = await startStores();
  store = openStore({ uri: stores.mongodbUri, operationTimeoutMs: 2_000 });
  await store.connected;
  await makeIndexes(store.connection);
}, 60_000);
afterAll(async () => {
  await store.close();
  await stores.end();
});

test('the state of a reset that the intake returned survives a crash of the database', async () => {
  const resets = intakeRepository(store);
  const request = { order: { order_number: '4711' }, caller: { tenant_id: 'alpha' }, dest_tenant_name: 'Beta' };
  const saga = { saga_id: uuidv7(), correlation_id: 'durable-0001', type: 'reset_order', version: 1, tenant_id: 'alpha', concurrency_keys: [], request, inbound_request: {}, accepted_at: new Date() };
  await resets.accept(saga);
  // A write of a worker before MongoDB has journaled it: it can be read, and a crash of the server loses it.
  await store.connection.db!.collection('sagas').updateOne({ correlation_id: 'durable-0001' }, { $set: { phase: 'ended', status: 'synced' } }, { writeConcern: { w: 1, journal: false } });

  const beforeCrash = await resets.withLog('alpha', 'durable-0001');
  process.kill(stores.mongodbPid, 'SIGKILL');
  const afterCrash = await eventually(() => resets.withLog('alpha', 'durable-0001'));

  expect(beforeCrash?.saga).toMatchObject({ phase: 'ended', status: 'synced' });
  expect(afterCrash.saga).toMatchObject({ phase: 'ended', status: 'synced' });
}, 60_000);
