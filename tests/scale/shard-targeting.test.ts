import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RetryableError } from '@crossroads/saga';
import type { Claim } from '@crossroads/saga';
import type { SagaMetadata, Store } from '@crossroads/store';
import { collections, intakeRepository, openStore, orderQueueRepository, orderRepository, sagaRepository, sagaVersionRepository } from '@crossroads/store';
import type { MongodbProxy, Operation } from '@crossroads/testkit';
import { openMongodbProxy } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { modelsOf } from '../../libs/store/src/mongodb/models.js';
import { givenOrder, openTestStore, recoverySagaOf } from '../harness/reset-harness.js';
import { ownDatabase } from '../stores/own-database.js';

/** Collection and shard key of each `sh.shardCollection` in docs/scaling.md. */
const sharded = async (): Promise<Map<string, Record<string, 1 | 'hashed'>>> => {
  const commands = (await readFile('docs/scaling.md', 'utf8')).matchAll(/sh\.shardCollection\('crossroads\.(?<collection>\w+)', \{ (?<key>[^}]+) \}\)/g);
  const keyOf = (text: string) => Object.fromEntries(text.split(', ').map((part) => part.split(': ').map((word) => word.replaceAll("'", '')))) as Record<string, 'hashed'>;
  return new Map([...commands].map(({ groups }) => [groups!['collection']!, keyOf(groups!['key']!)]));
};

let keys: Map<string, Record<string, unknown>>;
let proxy: MongodbProxy;
/** Connected through the proxy, which records every command. */
let store: Store;
/** Connected without the proxy. */
let direct: Store;

beforeAll(async () => {
  keys = await sharded();
  direct = await openTestStore('shard-targeting', 10_000);
  proxy = await openMongodbProxy({ target: ownDatabase('shard-targeting'), replicaSet: 'rs', router: true });
  store = openStore({ uri: proxy.uri(), operationTimeoutMs: 10_000 });
  await store.ready;
  proxy.record();
}, 30_000);
afterAll(async () => {
  await store.close();
  await proxy.close();
  await direct.close();
});

test('every unique index of a sharded collection begins with its shard key, as MongoDB demands', async () => {
  expect([...keys.keys()].sort()).toEqual(['crossroads_logs', 'orders', 'sagas']);
  const connection = mongoose.createConnection();
  for (const model of modelsOf(connection)) {
    const key = keys.get(model.collection.name);
    if (!key) continue;
    for (const [fields, options] of model.schema.indexes()) {
      if (!options.unique) continue;
      expect({ index: options.name, hashed: Object.values(key).includes('hashed') }).toEqual({ index: options.name, hashed: false });
      expect(Object.keys(fields).slice(0, Object.keys(key).length)).toEqual(Object.keys(key));
    }
  }
  await connection.close();
});

/** A filter with more values than this may as well be sent to every shard. */
const fewValues = 10;

const isFew = (value: unknown): boolean => {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'object' || !Object.keys(value).some((name) => name.startsWith('$'))) return true;
  const { $in: among, $eq: one } = value as { $in?: unknown[]; $eq?: unknown };
  return one !== undefined || (Array.isArray(among) && among.length > 0 && among.length <= fewValues);
};

/** Returns whether the filter restricts the first field of the shard key to a few values, so that a router queries few shards. */
const namesKey = (filter: Record<string, unknown>, key: readonly string[]): boolean => {
  const branches = filter['$or'] as Record<string, unknown>[] | undefined;
  return isFew(filter[key[0]!]) || (branches?.every((branch) => namesKey(branch, key)) ?? false);
};

const at = (document: Record<string, unknown>, path: string): unknown => path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);

/** Returns an operation without its values. */
const shapeOf = ({ kind, collection, filter, document }: Operation): string => {
  const names = (of: Record<string, unknown>): string => Object.entries(of).map(([name, value]) => (name === '$or' ? `(${(value as Record<string, unknown>[]).map(names).join(' | ')})` : name)).join(', ');
  return `${kind} ${collection}: ${names(filter ?? document ?? {})}`;
};

/** Runs `work` and returns the shapes of its operations that a router sends to every shard. */
const scattered = async (work: () => Promise<unknown>): Promise<string[]> => {
  const from = proxy.commands().length;
  await work();
  const operations = proxy.commands().slice(from).flatMap(({ operations }) => operations);
  expect(operations.filter(({ collection }) => keys.has(collection))).not.toEqual([]);
  const everywhere = operations.filter(({ collection, filter, document }) => {
    const key = keys.has(collection) && Object.keys(keys.get(collection)!);
    if (!key) return false;
    return document ? !key.every((path) => isFew(at(document, path))) : !namesKey(filter ?? {}, key);
  });
  return [...new Set(everywhere.map(shapeOf))].sort();
};

/** Stores an order and returns the harness of its resets. The harness reads past the proxy. */
const givenShardedOrder = () =>
  givenOrder({ store, direct, wakeNext: async (order) => void (await orderQueueRepository(store).next(order)), sharedOrders: orderRepository(store) });

const types = ['reset_order', 'recover_order'].map((type) => ({ type, version: 1 }));

/** The query for an order. The destination's order number is in no shard key, and an order id does not contain the origin. */
const findingAnOrder = 'read orders: (_id | routing.origin_tenant_id, origin_order_number | routing.destination_tenant_id, destination_order_number)';

test('a reset is targeted from its acceptance to its end, except for finding its order', async () => {
  const reset = await givenShardedOrder();
  let sagaId = '';
  expect(await scattered(async () => (sagaId = await reset.accept({ idempotencyKey: randomUUID() })))).toEqual([]);
  expect(await scattered(() => reset.runSaga(sagaId))).toEqual([findingAnOrder]);
  expect(await reset.saga(sagaId)).toMatchObject({ status: 'synced' });
});

test('a reset that waits in the order queue, is retried, rejected and restored is targeted, except for finding its order', async () => {
  const reset = await givenShardedOrder();
  const [first, second] = [await reset.accept(), await reset.accept()];
  reset.destination.answers.push(new RetryableError('destination.unavailable', 'Unavailable.'), 'rejected');
  const shapes = await scattered(async () => {
    await reset.runSaga(first);
    await reset.runSaga(second);
    await reset.makeDue(first);
    await reset.runSaga(first);
    await reset.makeDue(second);
    await reset.runSaga(second);
  });
  expect(shapes).toEqual([findingAnOrder]);
  expect([await reset.saga(first), await reset.saga(second)]).toMatchObject([{ status: 'rejected' }, { status: 'synced' }]);
});

test('the cancellation of a reset is targeted', async () => {
  const reset = await givenShardedOrder();
  const sagaId = await reset.accept();
  const seen = await reset.read(sagaId);
  expect(await scattered(() => reset.cancel(sagaId, seen))).toEqual([]);
  await scattered(() => reset.runSaga(sagaId));
  expect(await reset.saga(sagaId)).toMatchObject({ status: 'canceled' });
});

test('polling, waiting, listing and repeated requests are targeted', async () => {
  const reset = await givenShardedOrder();
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId);
  const { correlation_id } = await reset.saga(sagaId);
  const intake = intakeRepository(store);
  const shapes = await scattered(async () => {
    await intake.withLog('alpha', correlation_id);
    await sagaVersionRepository(store).sagaVersions([sagaId], ['alpha']);
    await intake.list('alpha', {}, { limit: 10 });
    await intake.byCorrelationId('alpha', correlation_id);
    await intake.byIdempotencyKey('alpha', 'key');
    await intake.forgetIdempotencyKey({ _id: sagaId, tenant_id: 'alpha' }, 'key');
  });
  expect(shapes).toEqual([]);
});

test('the renewal of a claim, and an entry that is written twice, are targeted', async () => {
  const reset = await givenShardedOrder();
  const sagaId = await reset.accept();
  const sagas = sagaRepository(store, types);
  const shapes = await scattered(async () => {
    const claim = (await sagas.claim(sagaId, 'alpha')) as Claim<SagaMetadata>;
    await sagas.renew([claim]);
    const seen = await reset.read(sagaId);
    // Both write the same entry. The second reads the stored one.
    expect(await Promise.all([reset.cancel(sagaId, seen), reset.cancel(sagaId, seen)])).toEqual(['canceled', 'canceled']);
  });
  expect(shapes).toEqual([]);
});

test('a recovery is targeted, except for reading the saga and the order in the operator command', async () => {
  const reset = await givenShardedOrder();
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId);
  let recoveryId = '';
  const shapes = await scattered(async () => (recoveryId = recoverySagaOf(await reset.operator.recover(sagaId))));
  expect(shapes).toEqual(['read orders: _id', 'read sagas: _id']);
  expect(await scattered(() => reset.runSaga(recoveryId))).toEqual([findingAnOrder]);
  expect(await reset.saga(recoveryId)).toMatchObject({ status: 'synced' });
});

test('a job without a tenant, from an earlier version, can be claimed without targeting', async () => {
  const reset = await givenShardedOrder();
  const sagaId = await reset.accept();
  expect(await scattered(() => sagaRepository(store, types).claim(sagaId))).toEqual(['read sagas: _id', 'update sagas: _id']);
  expect(await reset.saga(sagaId)).toMatchObject({ epoch: 1 });
});

test('the check detects filters that do not restrict the shard key', async () => {
  const read = (filter: object) => scattered(() => store.connection.db!.collection(collections.sagas).findOne(filter));
  expect(await read({ correlation_id: 'c' })).toEqual(['read sagas: correlation_id']);
  expect(await read({ tenant_id: { $ne: 'alpha' } })).toEqual(['read sagas: tenant_id']);
  expect(await read({ tenant_id: { $in: Array.from({ length: 11 }, String) } })).toEqual(['read sagas: tenant_id']);
  expect(await read({ $or: [{ tenant_id: 'alpha' }, { _id: 'x' }] })).toEqual(['read sagas: (tenant_id | _id)']);
  expect(await read({ tenant_id: { $in: ['alpha', 'beta'] } })).toEqual([]);
});
