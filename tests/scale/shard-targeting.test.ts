import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetRequest, sagaTypes, subjectOf } from '@crossroads/order-reset';
import type { Claim } from '@crossroads/saga';
import { RetryableError, createSagaRunner } from '@crossroads/saga';
import type { SagaMetadata, SagaRead, Store } from '@crossroads/store';
import {
  auditLogRepository,
  cancelSaga,
  collections,
  decisionRepository,
  intakeRepository,
  journalRepository,
  orderQueueRepository,
  makeIndexes,
  openStore,
  orderRepository,
  sagaRepository,
  sagaViewRepository,
  sagaVersionRepository,
} from '@crossroads/store';
import type { MongodbProxy, Operation } from '@crossroads/testkit';
import { memoryDestination, openMongodbProxy, resetRequestFor, silent } from '@crossroads/testkit';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';
import { sharded } from './sharded.js';

let keys: Map<string, Record<string, unknown>>;
let proxy: MongodbProxy;
/** Connects through the proxy, which records every command. */
let store: Store;
/** Connects directly. */
let direct: Store;

beforeAll(async () => {
  keys = await sharded();
  const target = ownDatabase('shard-targeting');
  direct = openStore({ uri: target, operationTimeoutMs: 10_000 });
  await direct.connected;
  await makeIndexes(direct.connection);
  proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
  store = openStore({ uri: proxy.uri(), operationTimeoutMs: 10_000 });
  await store.ready;
  proxy.record();
}, 30_000);
afterAll(async () => {
  await store.close();
  await proxy.close();
  await direct.connection.dropDatabase();
  await direct.close();
});

/** A query with more values than this may reach every shard. */
const fewValues = 10;

const isFew = (value: unknown): boolean => {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'object' || !Object.keys(value).some((name) => name.startsWith('$'))) return true;
  const { $in: among, $eq: one } = value as { $in?: unknown[]; $eq?: unknown };
  return one !== undefined || (Array.isArray(among) && among.length > 0 && among.length <= fewValues);
};

/** Returns whether the filter has few values for the shard key or its first fields. Then a router queries few shards. */
const namesKey = (filter: Record<string, unknown>, key: readonly string[]): boolean => {
  const branches = filter['$or'] as Record<string, unknown>[] | undefined;
  return isFew(filter[key[0]!]) || (branches?.every((branch) => namesKey(branch, key)) ?? false);
};

const at = (document: Record<string, unknown>, path: string): unknown => path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);

/** Returns the shape of an operation, without its values. */
const shapeOf = ({ kind, collection, filter, document }: Operation): string => {
  const names = (of: Record<string, unknown>): string => Object.entries(of).map(([name, value]) => (name === '$or' ? `(${(value as Record<string, unknown>[]).map(names).join(' | ')})` : name)).join(', ');
  return `${kind} ${collection}: ${names(filter ?? document ?? {})}`;
};

/** Runs `work` and returns the shapes of its operations that reach every shard. */
const scattered = async (work: () => Promise<unknown>): Promise<string[]> => {
  const from = proxy.commands().length;
  await work();
  const asked = proxy.commands().slice(from).flatMap(({ operations }) => operations);
  expect(asked.filter(({ collection }) => keys.has(collection))).not.toEqual([]);
  const everywhere = asked.filter(({ collection, filter, document }) => {
    const key = keys.has(collection) && Object.keys(keys.get(collection)!);
    if (!key) return false;
    return document ? !key.every((path) => isFew(at(document, path))) : !namesKey(filter ?? {}, key);
  });
  return [...new Set(everywhere.map(shapeOf))].sort();
};

const end = (side: 'origin' | 'destination', id: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: id === 'alpha' ? 'Alpha' : 'Beta', [`${side}_instance_id`]: `${id}-1` });

let number = 7_000;

/** Opens an order and everything that its resets need. */
const fixture = async () => {
  const order_number = String(number++);
  await direct.connection.db!.collection(collections.orders).insertOne({
    routing: { ...end('origin', 'alpha'), ...end('destination', 'beta') },
    origin_order_number: order_number,
    destination_order_number: `9${order_number}`,
    bols: [{ bol_number: 'BOL-1' }],
    executed_drops: [{ site: 'site-104' }],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
  } as never);
  const destination = memoryDestination();
  const journal = journalRepository(store, ({ request }, state) => subjectOf(resetRequest.parse(request) satisfies ResetRequest, state));
  const line = orderQueueRepository(store);
  const types = sagaTypes({ orders: orderRepository(store), auditLog: auditLogRepository(store), line: { blockedBy: line.blockedBy, wakeNext: async (order) => void (await line.next(order)) }, destinations: destination });
  const sagas = sagaRepository(store, types);
  const runSaga = createSagaRunner({ types, sagas, journal, log: silent });
  const request = resetRequestFor({ order_number });
  const accepted = new Map<string, string>();
  const past = direct.connection.db!.collection<{ _id: string }>(collections.sagas);
  return {
    destination,
    sagas,
    commands: createCommands({ store, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } }),
    asOperator: { by: 'ops', role: 'operator' as const, from: null, reason: 'test' },
    correlationIdOf: (sagaId: string) => accepted.get(sagaId)!,
    async accept(): Promise<string> {
      const saga_id = uuidv7();
      accepted.set(saga_id, randomUUID());
      const named = { saga_id, correlation_id: accepted.get(saga_id)!, idempotency_key: randomUUID(), tenant_id: 'alpha' };
      await intakeRepository(store).accept({ ...named, type: 'reset_order', version: 1, concurrency_keys: concurrencyKeysOfRequest(request), request, inbound_request: {}, accepted_at: new Date() });
      return saga_id;
    },
    /** Runs the saga as a worker does for its job. */
    async run(sagaId: string): Promise<void> {
      await runSaga(sagaId, 'alpha');
    },
    due: (sagaId: string) => past.updateOne({ _id: sagaId }, { $set: { next_run_at: new Date(0) } }),
    read: async (sagaId: string) => ({ saga: (await past.findOne({ _id: sagaId })) as never, entries: await sagaViewRepository(direct).entries(sagaId) }),
    cancel: (read: SagaRead) => cancelSaga({ journal, sagas: decisionRepository(store) }, read, { by: 'Alpha', reasonCode: null }),
    saga: async (sagaId: string) => (await past.findOne({ _id: sagaId })) as unknown as { status: string },
  };
};

/** The batched query for orders. The destination's number is in no shard key, and an id does not contain the origin. */
const findingAnOrder = 'read orders: (_id | routing.origin_tenant_id, origin_order_number | routing.destination_tenant_id, destination_order_number)';

test('a reset, from acceptance to completion, queries few shards, except to find its order', async () => {
  const { accept, run, saga } = await fixture();
  let sagaId = '';
  expect(await scattered(async () => (sagaId = await accept()))).toEqual([]);
  expect(await scattered(() => run(sagaId))).toEqual([findingAnOrder]);
  expect(await saga(sagaId)).toMatchObject({ status: 'synced' });
});

test('so does a reset that is blocked, retried, rejected and compensated', async () => {
  const { accept, run, due, destination, saga } = await fixture();
  const [first, second] = [await accept(), await accept()];
  destination.answers.push(new RetryableError('destination.unavailable', 'Away.'), 'rejected');
  const asked = await scattered(async () => {
    await run(first);
    await run(second);
    await due(first);
    await run(first);
    await due(second);
    await run(second);
  });
  expect(asked).toEqual([findingAnOrder]);
  expect([await saga(first), await saga(second)]).toMatchObject([{ status: 'rejected' }, { status: 'synced' }]);
});

test('so does a reset that is canceled, before and while it runs', async () => {
  const { accept, run, read, cancel, saga } = await fixture();
  const sagaId = await accept();
  const asRead = await read(sagaId);
  expect(await scattered(() => cancel(asRead))).toEqual([]);
  await scattered(() => run(sagaId));
  expect(await saga(sagaId)).toMatchObject({ status: 'canceled' });
});

test('so do polling, waiting, listing and repeats of a request', async () => {
  const { accept, run, correlationIdOf } = await fixture();
  const sagaId = await accept();
  await run(sagaId);
  const intake = intakeRepository(store);
  const asked = await scattered(async () => {
    await intake.withLog('alpha', correlationIdOf(sagaId));
    await sagaVersionRepository(store).sagaVersions([sagaId], ['alpha']);
    await intake.list('alpha', {}, { limit: 10 });
    await intake.byCorrelationId('alpha', correlationIdOf(sagaId));
    await intake.byIdempotencyKey('alpha', 'key');
    await intake.forgetIdempotencyKey({ _id: sagaId, tenant_id: 'alpha' }, 'key');
  });
  expect(asked).toEqual([]);
});

test('so do the renewal of claims, and an entry that is written twice', async () => {
  const { accept, sagas, read, cancel } = await fixture();
  const sagaId = await accept();
  const asked = await scattered(async () => {
    const claim = (await sagas.claim(sagaId, 'alpha')) as Claim<SagaMetadata>;
    await sagas.renew([claim]);
    const asRead = await read(sagaId);
    // Both write the same entry, and the second one reads the stored one.
    expect(await Promise.all([cancel(asRead), cancel(asRead)])).toEqual(['canceled', 'canceled']);
  });
  expect(asked).toEqual([]);
});

test('so does a recovery, except when the operator opens the saga and its order', async () => {
  const { accept, run, commands, asOperator, saga } = await fixture();
  const reset = await accept();
  await run(reset);
  let recovery = '';
  const pressed = await scattered(async () => (recovery = ((await commands.recover!(reset, asOperator)) as { recoverySagaId: string }).recoverySagaId));
  expect(pressed).toEqual(['read orders: _id', 'read sagas: _id']);
  expect(await scattered(() => run(recovery))).toEqual([findingAnOrder]);
  expect(await saga(recovery)).toMatchObject({ status: 'synced' });
});

test('a job without its tenant, as an earlier version enqueued it, is processed, too', async () => {
  const { accept, sagas, saga } = await fixture();
  const sagaId = await accept();
  expect(await scattered(() => sagas.claim(sagaId))).toEqual(['read sagas: _id', 'update sagas: _id, epoch, next_run_at, (type, version | type, version)']);
  expect(await saga(sagaId)).toMatchObject({ epoch: 1 });
});

test('a query without a shard key is detected', async () => {
  const read = (filter: object) => scattered(() => store.connection.db!.collection(collections.sagas).findOne(filter));
  expect(await read({ correlation_id: 'c' })).toEqual(['read sagas: correlation_id']);
  expect(await read({ tenant_id: { $ne: 'alpha' } })).toEqual(['read sagas: tenant_id']);
  expect(await read({ tenant_id: { $in: Array.from({ length: 11 }, String) } })).toEqual(['read sagas: tenant_id']);
  expect(await read({ $or: [{ tenant_id: 'alpha' }, { _id: 'x' }] })).toEqual(['read sagas: (tenant_id | _id)']);
  expect(await read({ tenant_id: { $in: ['alpha', 'beta'] } })).toEqual([]);
});
