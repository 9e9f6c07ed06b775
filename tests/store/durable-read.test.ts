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

test('what a caller has been told of a reset is still so after the database was killed', async () => {
  const resets = intakeRepository(store);
  const request = { order: { order_number: '4711' }, caller: { tenant_id: 'alpha' }, dest_tenant_name: 'Beta' };
  const saga = { saga_id: uuidv7(), correlation_id: 'told-0001', type: 'reset_order', version: 1, tenant_id: 'alpha', concurrency_keys: [], request, inbound_request: {}, accepted_at: new Date() };
  await resets.accept(saga);
  // A worker's write as it is while it waits for the journal: there to be read, and gone with the server.
  await store.connection.db!.collection('sagas').updateOne({ correlation_id: 'told-0001' }, { $set: { phase: 'ended', status: 'synced' } }, { writeConcern: { w: 1, journal: false } });

  const told = await resets.withLog('alpha', 'told-0001');
  process.kill(stores.mongodbPid, 'SIGKILL');
  const afterwards = await eventually(() => resets.withLog('alpha', 'told-0001'));

  expect(told?.saga).toMatchObject({ phase: 'ended', status: 'synced' });
  expect(afterwards.saga).toMatchObject({ phase: 'ended', status: 'synced' });
}, 60_000);
