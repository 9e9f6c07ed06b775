import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Orders, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetRequest, sagaTypes, subjectOf } from '@crossroads/order-reset';
import { createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, cancelSaga, collections, decisionRepository, intakeRepository, journalRepository, orderQueueRepository, makeIndexes, openStore, orderRepository, sagaRepository, sagaViewRepository, sweepRepository } from '@crossroads/store';
import { memoryDestination, resetRequestFor, silent } from '@crossroads/testkit';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
let number = 8_000;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('break-more'), operationTimeoutMs: 5_000 });
  await store.connected;
  await makeIndexes(store.connection);
}, 30_000);
afterAll(() => store.close());

const sagas = () => store.connection.db!.collection<{ _id: string }>(collections.sagas);
const orders = () => store.connection.db!.collection(collections.orders);
const end = (side: 'origin' | 'destination', id: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: id === 'alpha' ? 'Alpha' : 'Beta', [`${side}_instance_id`]: `${id}-1` });
const asOperator = { by: 'ops', role: 'operator' as const, from: null, reason: 'test' };
const commands = () => createCommands({ store, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } });
const destination = memoryDestination();
const journal = () => journalRepository(store, ({ request }, state) => subjectOf(resetRequest.parse(request) satisfies ResetRequest, state));
const worker = (spoil: (real: Orders) => Orders = (real) => real) => {
  const ports: ResetOrderPorts = {
    orders: spoil(orderRepository(store)),
    auditLog: auditLogRepository(store),
    line: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext: async () => undefined },
    destinations: destination,
  };
  const types = sagaTypes(ports);
  return createSagaRunner({ types, sagas: sagaRepository(store, types), journal: journal(), log: silent });
};
const saga = async (id: string) => (await sagas().findOne({ _id: id }))! as never as Record<string, any>;
const orderOf = async (order_number: string, fields: object = {}) =>
  (
    await orders().insertOne({
      routing: { ...end('origin', 'alpha'), ...end('destination', 'beta') },
      origin_order_number: order_number,
      destination_order_number: `9${order_number}`,
      bols: [{ bol_number: 'BOL-1' }],
      executed_drops: [{ site: 'site-104' }],
      progression_state: 'COMPLETE',
      status: 'synced',
      version: 7,
      ...fields,
    } as never)
  ).insertedId;
const accept = async (order_number: string, request: object = resetRequestFor({ order_number })) => {
  const hex = Date.now().toString(16).padStart(12, '0');
  const id = `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
  await intakeRepository(store).accept({
    saga_id: id,
    correlation_id: randomUUID(),
    type: 'reset_order',
    version: 1,
    tenant_id: 'alpha',
    concurrency_keys: concurrencyKeysOfRequest(resetRequestFor({ order_number })),
    request,
    inbound_request: {},
    accepted_at: new Date(),
  });
  return id;
};

describe('no stopped saga is beyond an operator', () => {
  test('one whose request cannot be read can be abandoned', async () => {
    const id = await accept(String(number++), { order: { order_number: 5 } });
    expect(await worker()(id)).toMatchObject({ outcome: 'stopped' });
    expect(await commands().terminate!(id, asOperator)).toMatchObject({ ok: true });
  });
});

test('an order with an _id of text does not keep the sweep from giving back other orders', async () => {
  const ended = await accept(String(number++));
  await sagas().updateOne({ _id: ended }, { $set: { phase: 'ended' }, $unset: { next_run_at: 1 } });
  const good = await orderOf(String(number++), { lock: { saga_id: ended, epoch: 1 } });
  await orderOf(String(number++), { _id: 'text', lock: { saga_id: ended, epoch: 1 } });
  const { orphans } = await sweepRepository(store).orphans(1_000);
  expect(orphans).toContainEqual({ orderId: String(good), sagaId: ended });
  await orders().deleteOne({ _id: 'text' as never });
});

test('a caller who was told that a reset is canceled is not told of an error later, though an operator abandons it meanwhile', async () => {
  const order_number = String(number++);
  await orderOf(order_number);
  const id = await accept(order_number);
  await worker((real) => ({
    ...real,
    clearDeliveries: async () => {
      throw new Error('tried again later');
    },
  }))(id);
  const read = { saga: (await saga(id)) as never, entries: (await sagaViewRepository(store).entries(id)) as never };
  expect(await cancelSaga({ journal: journal(), sagas: decisionRepository(store) }, read, { by: 'Alpha', reasonCode: null })).toBe('canceled');
  const terminated = await commands().terminate!(id, asOperator);
  await worker()(id);
  expect([terminated.ok, (await saga(id))['status']]).toEqual([false, 'canceled']);
});

test('a canceled reset whose order is deleted ends canceled', async () => {
  const order_number = String(number++);
  const orderId = await orderOf(order_number);
  const id = await accept(order_number);
  await worker((real) => ({
    ...real,
    clearDeliveries: async () => {
      throw new Error('tried again later');
    },
  }))(id);
  const read = { saga: (await saga(id)) as never, entries: (await sagaViewRepository(store).entries(id)) as never };
  expect(await cancelSaga({ journal: journal(), sagas: decisionRepository(store) }, read, { by: 'Alpha', reasonCode: null })).toBe('canceled');
  await orders().deleteOne({ _id: orderId });
  expect(await worker()(id)).toEqual({ outcome: 'completed', status: 'canceled' });
});
