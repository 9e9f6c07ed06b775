import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { collections, makeIndexes, openStore, sweepRepository } from '@crossroads/store';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('orphans'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

test('an order with the lock of an ended saga is found among orders with locks of open sagas', async () => {
  const sagas = Array.from({ length: 25 }, (_, index) => ({ _id: `saga-${String(index).padStart(3, '0')}`, phase: index === 23 ? 'ended' : 'retrying', correlation_id: `c-${index}`, tenant_id: 'alpha' }));
  await store.connection.db!.collection<{ _id: string }>(collections.sagas).insertMany(sagas);
  await store.connection.db!.collection(collections.orders).insertMany(sagas.map(({ _id }) => ({ origin_order_number: _id, destination_order_number: _id, lock: { saga_id: _id, epoch: 1 } })));
  const { orphans } = sweepRepository(store);
  const found: string[] = [];
  let place: string | undefined;
  do {
    const next = await orphans(10, place);
    found.push(...next.orphans.map(({ sagaId }) => sagaId));
    place = next.place;
  } while (place !== undefined);
  expect(found).toEqual(['saga-023']);
});
