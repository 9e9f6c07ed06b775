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
let number = 9_000;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('break-held'), operationTimeoutMs: 5_000 });
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
const due = (id: string) => sagas().updateOne({ _id: id }, { $set: { next_run_at: new Date(0) } });
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

const held = () => {
  let arrive!: () => void;
  let letThrough!: () => void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const through = new Promise<void>((resolve) => (letThrough = resolve));
  return { arrived, letThrough, gate: async () => (arrive(), through) };
};
const order = async (order_number: string) => (await orders().findOne({ origin_order_number: order_number }))! as Record<string, any>;
const read = async (id: string) => ({ saga: (await saga(id)) as never, entries: (await sagaViewRepository(store).entries(id)) as never });
const cancel = async (id: string) => cancelSaga({ journal: journal(), sagas: decisionRepository(store) }, await read(id), { by: 'Alpha', reasonCode: null });

describe('these held', () => {
  test('a late reset of the progression does not land after a newer claim was refused and put it back', async () => {
    const n = String(number++);
    await orderOf(n);
    const id = await accept(n);
    const late = held();
    const dying = worker((real) => ({ ...real, resetProgression: async (...args) => (await late.gate(), real.resetProgression(...args)) }))(id);
    await late.arrived;
    await due(id);
    destination.answers.push('rejected');
    await worker()(id);
    late.letThrough();
    await dying;
    expect(await order(n)).toMatchObject({ progression_state: 'COMPLETE', bols: [{ bol_number: 'BOL-1' }] });
    expect((await order(n))['lock']).toBeUndefined();
    expect(await saga(id)).toMatchObject({ phase: 'ended', status: 'rejected' });
  });

  test('a late restore of a recovery does not land after the recovery was abandoned', async () => {
    const n = String(number++);
    await orderOf(n);
    const id = await accept(n);
    await worker()(id);
    const made = (await commands().recover!(id, asOperator)) as { recoverySagaId: string };
    const late = held();
    const dying = worker((real) => ({ ...real, restoreExactly: async (...args) => (await late.gate(), real.restoreExactly(...args)) }))(made.recoverySagaId);
    await late.arrived;
    await due(made.recoverySagaId);
    await worker((real) => ({
      ...real,
      restoreExactly: async () => {
        throw new Error('later');
      },
    }))(made.recoverySagaId);
    expect(await commands().terminate!(made.recoverySagaId, asOperator)).toMatchObject({ ok: true });
    late.letThrough();
    await dying;
    expect(await order(n)).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });

  test('a lock of the claim that was called off at its own epoch lands after the end: the zombie frees it itself', async () => {
    const n = String(number++);
    await orderOf(n);
    const id = await accept(n);
    const late = held();
    const dying = worker((real) => ({ ...real, lock: async (...args) => (await late.gate(), real.lock(...args)) }))(id);
    await late.arrived;
    expect(await cancel(id)).toBe('canceled');
    await due(id);
    expect(await worker()(id)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    late.letThrough();
    await dying;
    expect(await order(n)).toMatchObject({ version: 7 });
    expect((await order(n))['lock']).toBeUndefined();
  });

  test('a late unlock does not free the lock of the next reset', async () => {
    const n = String(number++);
    await orderOf(n);
    const first = await accept(n);
    const late = held();
    const dying = worker((real) => ({ ...real, unlock: async (...args) => (await late.gate(), real.unlock(...args)) }))(first);
    await late.arrived;
    await due(first);
    await worker()(first);
    const second = await accept(n);
    destination.answers.push('requested');
    await worker()(second);
    late.letThrough();
    await dying;
    expect(await order(n)).toMatchObject({ lock: { saga_id: second } });
  });

  test('a clear on its way while a stopped saga is abandoned and recovered', async () => {
    const n = String(number++);
    await orderOf(n);
    const id = await accept(n);
    const late = held();
    const dying = worker((real) => ({ ...real, clearDeliveries: async (...args) => (await late.gate(), real.clearDeliveries(...args)) }))(id);
    await late.arrived;
    await due(id);
    const broken = worker((real) => ({
      ...real,
      clearDeliveries: async () => {
        throw new Error('a bug');
      },
    }));
    for (let tried = 0; tried < 3; tried++) {
      await due(id);
      await broken(id);
    }
    expect((await saga(id))['phase']).toBe('stopped');
    expect(await commands().terminate!(id, asOperator)).toMatchObject({ ok: true });
    late.letThrough();
    await dying;
    expect(await order(n)).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], version: 7 });
    expect(await commands().recover!(id, asOperator)).toMatchObject({ ok: false, code: 'recover.nothing_cleared' });
  });

  test('two cancellations and an abandonment of a waiting reset at once', async () => {
    const n = String(number++);
    const _id = await orderOf(n);
    const first = await accept(n);
    destination.answers.push('requested');
    await worker()(first);
    const id = await accept(n);
    await worker()(id);
    expect((await saga(id))['phase']).toBe('waiting');
    const came = await Promise.all([cancel(id), cancel(id), commands().terminate!(id, asOperator).then(({ ok }) => ok)]);
    await due(id);
    await worker()(id);
    expect({ came, phase: (await saga(id))['phase'] }).toMatchObject({ phase: 'ended' });
    expect(await orders().findOne({ _id })).toMatchObject({ lock: { saga_id: first } });
  });

  test('an order without lists and progression is put back as it was by a claim that resumes', async () => {
    const n = String(number++);
    const _id = await orderOf(n);
    await orders().updateOne({ _id }, { $unset: { bols: 1, progression_state: 1 }, $set: { executed_drops: null } } as never);
    const id = await accept(n);
    destination.answers.push('rejected');
    await worker((real) => ({
      ...real,
      restoreDeliveries: async (...args) => {
        await real.restoreDeliveries(...args);
        throw new Error('died after it');
      },
    }))(id);
    await due(id);
    await worker()(id);
    const now = (await orders().findOne({ _id }))!;
    expect({ bols: 'bols' in now, drops: now['executed_drops'], progression: 'progression_state' in now, phase: (await saga(id))['phase'] }).toEqual({ bols: false, drops: null, progression: false, phase: 'ended' });
  });
});

void [sweepRepository, concurrencyKeysOfRequest];
