import { expect, test } from '@jest/globals';
import { openMongodbProxy } from '@crossroads/testkit/mongodb-proxy';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { makeIndexes } from './indexes.js';
import { openStore, writeConcernFor } from './open-store.js';
import { withStore } from './with-store.js';

test('a store whose connection is lost during the check of its indexes becomes ready when MongoDB is reachable again', async () => {
  const target = ownDatabase('open-store');
  const proxy = await openMongodbProxy({ target });
  await withStore(target, ({ connection }) => makeIndexes(connection));
  // The driver repeats a read once, so both tries are lost.
  proxy.cut(({ name }) => name === 'listIndexes', { times: 2 });
  const errors: unknown[] = [];
  const store = openStore({ uri: proxy.uri(), operationTimeoutMs: 5_000, onConnectError: (error) => errors.push(error) });
  try {
    await store.ready;
    expect(errors).not.toEqual([]);
  } finally {
    await store.connection.dropDatabase();
    await store.close();
    await proxy.close();
  }
});

test('a store without a unique index does not become ready', async () => {
  const store = openStore({ uri: ownDatabase('open-store-bare'), operationTimeoutMs: 5_000 });
  try {
    await expect(store.ready).rejects.toThrow(/Index \w+ of \w+ is missing/);
  } finally {
    await store.close();
  }
});

/** The parts of the driver that check a connection pool. Node keeps the delay of a timer in `_idleTimeout`. */
interface Driver {
  topology: { s: { servers: Map<string, { pool: { minPoolSizeTimer?: { _idleTimeout: number } } }> } };
}

test('the driver does not wake an idle process ten times a second to check its connections', async () => {
  const store = openStore({ uri: ownDatabase('open-store-idle'), operationTimeoutMs: 5_000 });
  try {
    await store.connected;
    await store.ping();
    const pools = [...(store.connection.getClient() as unknown as Driver).topology.s.servers.values()].map(({ pool }) => pool);
    expect(pools.map(({ minPoolSizeTimer }) => minPoolSizeTimer?._idleTimeout)).toEqual([10_000]);
  } finally {
    await store.close();
  }
});

test('a store that is closed while it connects stays closed', async () => {
  const proxy = await openMongodbProxy({ target: ownDatabase('open-store-closed') });
  const errors: unknown[] = [];
  const store = openStore({ uri: proxy.uri(), operationTimeoutMs: 5_000, onConnectError: (error) => errors.push(error) });
  await store.close();
  await store.connected;
  expect(store.connection.readyState).toBe(0);
  expect(errors).toEqual([]);
  await proxy.close();
});

test.each([
  ['a replica set', 'mongodb://one:27017/crossroads?replicaSet=rs0'],
  ['a replica set by its DNS name', 'mongodb+srv://cluster.internal/crossroads'],
  ['the routers of a sharded cluster', 'mongodb://app:p%2Css@router-1:27017,router-2:27017/crossroads'],
  ['a single router with w=majority in its URI', 'mongodb://routers:27017/crossroads?retryWrites=true&w=majority'],
])('%s acknowledges a write after a majority has it', (_, uri) => {
  expect(writeConcernFor(uri)).toBe('majority');
});

test.each([
  ['a lone server', 'mongodb://localhost:27017/crossroads'],
  ['the embedded engine', 'mongodb://%2Ftmp%2Fmongodb.sock/crossroads?journal=true&directConnection=true'],
  ['a lone server whose password has a comma', 'mongodb://app:one,two@localhost/crossroads'],
])('%s acknowledges a write after its own journal has it', (_, uri) => {
  expect(writeConcernFor(uri)).toBe(1);
});
