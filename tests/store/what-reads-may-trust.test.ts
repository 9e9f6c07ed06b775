import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { concurrencyKeysOfRequest, sagaTypes } from '@crossroads/order-reset';
import { StoreUnavailable, createSagaRunner, entryKey } from '@crossroads/saga';
import type { SagaMetadata, Store } from '@crossroads/store';
import { auditLogRepository, collections, intakeRepository, journalRepository, orderQueueRepository, makeIndexes, openStore, orderRepository, sagaRepository } from '@crossroads/store';
import type { MongodbProxy, WireCommand } from '@crossroads/testkit';
import { memoryDestination, openMongodbProxy, resetRequestFor, silent, writing } from '@crossroads/testkit';
import { ownDatabase } from '../stores/own-database.js';

const target = ownDatabase('trusted-reads');
let proxy: MongodbProxy;
let store: Store;
beforeAll(async () => {
  proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
  store = openStore({ uri: proxy.uri(), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
  proxy.record();
}, 30_000);
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
  await proxy.close();
});

const commandsOf = async (work: () => Promise<unknown>, seen: MongodbProxy = proxy): Promise<readonly WireCommand[]> => {
  const from = seen.commands().length;
  await work();
  return seen.commands().slice(from);
};
const readsOf = (commands: readonly WireCommand[], collection: string) =>
  commands.filter(({ name, operations }) => (name === 'find' || name === 'aggregate') && operations[0]?.collection === collection).map(({ message }) => message.document());
const levelsOf = (commands: readonly WireCommand[], collection: string): unknown[] => readsOf(commands, collection).map(({ readConcern }) => readConcern?.level);

let number = 1;

/** Stores an order and returns a reset of it that is not accepted yet, with the parts of a worker. */
const givenReset = async (on: Store = store) => {
  const order_number = String(number++);
  const party = (side: string, id: string, name: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: name });
  await on.connection.db!.collection(collections.orders).insertOne({
    routing: { ...party('origin', 'alpha', 'Alpha'), ...party('destination', 'beta', 'Beta') },
    origin_order_number: order_number,
    destination_order_number: `D${order_number}`,
    bols: [{ bol_number: 'BOL-1' }],
    executed_drops: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
  } as never);
  const journal = journalRepository(on);
  const orderQueue = orderQueueRepository(on);
  const types = sagaTypes({ orders: orderRepository(on), auditLog: auditLogRepository(on), orderQueue: { blockedBy: orderQueue.blockedBy, wakeNext: async () => undefined }, destinations: memoryDestination() });
  const sagas = sagaRepository(on, types);
  const request = resetRequestFor({ order_number });
  const saga = { saga_id: uuidv7(), correlation_id: randomUUID(), tenant_id: 'alpha', idempotency_key: randomUUID() };
  const accept = () => intakeRepository(on).accept({ ...saga, type: 'reset_order', version: 1, concurrency_keys: concurrencyKeysOfRequest(request), request, inbound_request: {}, accepted_at: new Date() });
  return { saga, accept, journal, sagas, run: createSagaRunner({ types, sagas, journal, log: silent }) };
};

describe('on a replica set', () => {
  test('each write of a reset waits for a majority and its journal, and each read goes to the primary', async () => {
    const { saga, accept, run } = await givenReset();
    const commands = await commandsOf(async () => {
      await accept();
      await run(saga.saga_id);
    });
    const sent = commands.map(({ message }) => message.document());
    const writes = sent.filter((_command, index) => commands[index]!.isWrite);
    expect(writes.length).toBeGreaterThan(5);
    for (const { writeConcern } of writes) expect(writeConcern).toMatchObject({ w: 'majority', j: true });
    for (const { $readPreference } of sent) expect([undefined, 'primary']).toContain($readPreference?.mode);
  });

  test('a claim that no majority has confirmed is not used', async () => {
    const { saga, accept, sagas } = await givenReset();
    await accept();
    const failure = proxy.failWriteConcern(writing(({ collection, kind }) => collection === collections.sagas && kind === 'update'), 64);
    await expect(sagas.claim(saga.saga_id)).rejects.toThrow(StoreUnavailable);
    failure.end();
  });

  test('a primary that stepped down returns no data', async () => {
    const { saga, accept, journal } = await givenReset();
    await accept();
    const stepUp = proxy.stepDown();
    await expect(journal.read(saga.saga_id)).rejects.toThrow(StoreUnavailable);
    stepUp();
  });

  test('the journal, and the existing entry after a duplicate key, are read with linearizable read concern', async () => {
    const { saga, accept, journal } = await givenReset();
    await accept();
    const step = { name: 'resolve-order', direction: 'run', outcome: 'rejected', attempt: 1 } as const;
    const entry = { key: entryKey(saga.saga_id, step, 1), sagaId: saga.saga_id, seq: 1, step, epoch: 1, status: 'error', title: 'x', retried: false, detail: {} };
    const metadata: SagaMetadata = { tenantId: 'alpha', correlationId: 'c', type: 'reset_order', request: resetRequestFor({ order_number: '1' }), inboundRequest: {} };
    const commands = await commandsOf(async () => {
      await journal.write(entry, metadata, {});
      await journal.write(entry, metadata, {});
      await journal.read(saga.saga_id);
    });
    expect(levelsOf(commands, collections.logs)).toEqual(['linearizable', 'linearizable']);
  });

  test('the deliveries that will be cleared are read with majority read concern', async () => {
    const { saga, accept, run } = await givenReset();
    await accept();
    const commands = await commandsOf(() => run(saga.saga_id));
    const whole = readsOf(commands, collections.orders).filter(({ projection }) => projection === undefined);
    expect(whole.map(({ readConcern }) => readConcern?.level)).toEqual(['majority']);
  });

  test('whether the saga that locked an order has ended is read with majority read concern', async () => {
    const { insertedId } = await store.connection.db!.collection(collections.orders).insertOne({ origin_order_number: String(number++), lock: { saga_id: 'ended', epoch: 1 } });
    const commands = await commandsOf(() => orderRepository(store).lock(insertedId.toHexString(), { sagaId: 'next', epoch: 1 }));
    expect(levelsOf(commands, collections.sagas)).toEqual(['majority']);
  });

  test('responses to callers are read with majority read concern', async () => {
    const { saga, accept } = await givenReset();
    await accept();
    const intake = intakeRepository(store);
    const commands = await commandsOf(async () => {
      await intake.withLog('alpha', saga.correlation_id);
      await intake.list('alpha', {}, { limit: 5 });
      await intake.byCorrelationId('alpha', saga.correlation_id);
      await intake.byIdempotencyKey('alpha', saga.idempotency_key);
    });
    expect(new Set([...levelsOf(commands, collections.sagas), ...levelsOf(commands, collections.logs)])).toEqual(new Set(['majority']));
  });
});

test('reads of a lone server have no read concern', async () => {
  const alone = await openMongodbProxy({ target });
  const lone = openStore({ uri: alone.uri(), operationTimeoutMs: 10_000 });
  await lone.connected;
  alone.record();
  const { saga, accept, run, journal } = await givenReset(lone);
  const commands = await commandsOf(async () => {
    await accept();
    await run(saga.saga_id);
    await journal.read(saga.saga_id);
    await intakeRepository(lone).withLog('alpha', saga.correlation_id);
  }, alone);
  for (const collection of [collections.sagas, collections.orders, collections.logs]) expect(new Set(levelsOf(commands, collection))).toEqual(new Set([undefined]));
  await lone.close();
  await alone.close();
});
