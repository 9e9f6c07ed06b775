import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Orders, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetRequest, sagaTypes, subjectOf } from '@crossroads/order-reset';
import { createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
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
  sweepRepository,
} from '@crossroads/store';
import { memoryDestination, resetRequestFor, silent } from '@crossroads/testkit';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
let number = 7_000;

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('late-writes'), operationTimeoutMs: 5_000 });
  await store.connected;
  await makeIndexes(store.connection);
}, 30_000);
afterAll(() => store.close());

const sagas = () => store.connection.db!.collection<{ _id: string }>(collections.sagas);
const orders = () => store.connection.db!.collection(collections.orders);
const end = (side: 'origin' | 'destination', id: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: id === 'alpha' ? 'Alpha' : 'Beta', [`${side}_instance_id`]: `${id}-1` });

/** A call that waits at its beginning until the test lets it through: a write that is still on its way when its worker dies. */
const held = () => {
  let arrive!: () => void;
  let letThrough!: () => void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const through = new Promise<void>((resolve) => (letThrough = resolve));
  return { arrived, letThrough, gate: async () => (arrive(), through) };
};

/** A delivered order, and workers on the real store; `spoil` changes the ports of one of them. */
const fixture = async () => {
  const order_number = String(number++);
  const { insertedId } = await orders().insertOne({
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
  const worker = (spoil: (real: Orders) => Orders = (real) => real) => {
    const ports: ResetOrderPorts = {
      orders: spoil(orderRepository(store)),
      auditLog: auditLogRepository(store),
      line: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext: async () => undefined },
      destinations: destination,
    };
    const types = sagaTypes(ports);
    return createSagaRunner({ types, sagas: sagaRepository(store, types), journal, log: silent });
  };
  const sagaOf = async (sagaId: string) => (await sagas().findOne({ _id: sagaId }))!;
  return {
    destination,
    worker,
    order: async () => (await orders().findOne({ _id: insertedId }))!,
    saga: sagaOf,
    /** Accepts a reset; `id` decides its place among others that are not taken up yet. */
    async accept(id: string = sagaIdAt(Date.now())) {
      const request = resetRequestFor({ order_number });
      await intakeRepository(store).accept({
        saga_id: id,
        correlation_id: randomUUID(),
        type: 'reset_order',
        version: 1,
        tenant_id: 'alpha',
        concurrency_keys: concurrencyKeysOfRequest(request),
        request,
        inbound_request: {},
        accepted_at: new Date(),
      });
      return id;
    },
    /** The claim runs out, or the delay passes. */
    due: (sagaId: string) => sagas().updateOne({ _id: sagaId }, { $set: { next_run_at: new Date(0) } }),
    async cancel(sagaId: string) {
      const read = { saga: (await sagaOf(sagaId)) as never, entries: (await sagaViewRepository(store).entries(sagaId)) as never };
      return cancelSaga({ journal, sagas: decisionRepository(store) }, read, { by: 'Alpha', reasonCode: null });
    },
    commands: createCommands({ store, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } }),
    asOperator: { by: 'ops', role: 'operator' as const, from: null, reason: 'test' },
  };
};

const sagaIdAt = (at: number): string => {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
};

describe('a clear that is still on its way when its worker dies', () => {
  test('does not take effect after the reset was canceled and nothing was found to put back', async () => {
    const { worker, order, saga, accept, due, cancel } = await fixture();
    const late = held();
    const zombie = worker((real) => ({ ...real, clearDeliveries: async (...args) => (await late.gate(), real.clearDeliveries(...args)) }));
    const sagaId = await accept();
    const dying = zombie(sagaId);
    await late.arrived;
    expect(await cancel(sagaId)).toBe('canceled');
    await due(sagaId);
    expect(await worker()(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    late.letThrough();
    await dying;
    expect(await order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], version: 7 });
    expect(await saga(sagaId)).toMatchObject({ status: 'canceled' });
  });

  test('does not take effect between the look of the undo and the unlock', async () => {
    const { worker, order, accept, due, cancel } = await fixture();
    const late = held();
    const zombie = worker((real) => ({ ...real, clearDeliveries: async (...args) => (await late.gate(), real.clearDeliveries(...args)) }));
    const sagaId = await accept();
    const dying = zombie(sagaId);
    await late.arrived;
    await cancel(sagaId);
    await due(sagaId);
    const undoing = worker((real) => ({
      ...real,
      clearedVersion: async (...args) => {
        const version = await real.clearedVersion(...args);
        late.letThrough();
        await dying;
        return version;
      },
    }));
    expect(await undoing(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    expect(await order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], version: 7 });
  });
});

describe('a saga that took the order and died before its entry', () => {
  test('goes on although a saga with an older id was accepted later', async () => {
    const { worker, accept, due } = await fixture();
    const now = Date.now();
    const holder = await accept(sagaIdAt(now));
    const dying = worker((real) => ({
      ...real,
      lock: async (...args) => {
        await real.lock(...args);
        throw new Error('the worker dies here');
      },
    }));
    await dying(holder);
    const older = await accept(sagaIdAt(now - 2_000));
    expect(await worker()(older)).toMatchObject({ outcome: 'waiting' });
    await due(holder);
    expect(await worker()(holder)).toMatchObject({ outcome: 'completed', status: 'synced' });
    await due(older);
    expect(await worker()(older)).toMatchObject({ outcome: 'completed', status: 'synced' });
  });
});

describe('an abandoned saga', () => {
  test('is not carried out by a zombie that was about to lock the order', async () => {
    const { worker, order, saga, accept, due, destination, commands, asOperator } = await fixture();
    const now = Date.now();
    const first = await accept(sagaIdAt(now - 1_000));
    const sagaId = await accept(sagaIdAt(now));
    const late = held();
    const zombie = worker((real) => ({
      ...real,
      lock: async (...args) => (await late.gate(), real.lock(...args)),
    }));
    // Alone in the line while the zombie looks; then the first saga comes to stand ahead of it.
    await sagas().updateOne({ _id: first }, { $unset: { next_run_at: 1 } });
    const dying = zombie(sagaId);
    await late.arrived;
    await due(first);
    await due(sagaId);
    expect(await worker()(sagaId)).toMatchObject({ outcome: 'waiting' });
    expect(await commands.terminate!(sagaId, asOperator)).toMatchObject({ ok: true });
    await sagas().updateOne({ _id: first }, { $unset: { next_run_at: 1 } });
    late.letThrough();
    await dying;
    expect(destination.received).toEqual([]);
    expect(await order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], version: 7 });
    expect(await saga(sagaId)).toMatchObject({ phase: 'ended', status: 'error' });
    // The lock that came too late is freed by the sweep.
    const { orphans } = await sweepRepository(store).orphans(1_000);
    expect(orphans).toContainEqual({ orderId: String((await order())._id), sagaId });
  });

  test('waits for the destination again where the operator’s process died after claiming it', async () => {
    const { worker, saga, accept, due, destination } = await fixture();
    const sagaId = await accept();
    destination.answers.push('requested', 'requested');
    await worker()(sagaId);
    await decisionRepository(store).claim((await saga(sagaId)) as never);
    await due(sagaId);
    await worker()(sagaId);
    expect(await saga(sagaId)).toMatchObject({ phase: 'awaiting_approval', status: 'requested' });
    expect(destination.received).toHaveLength(2);
  });

  test('is ended by a worker where the operator’s process died after closing the step', async () => {
    const { worker, saga, accept, due, order, destination } = await fixture();
    const sagaId = await accept();
    destination.answers.push('requested');
    await worker()(sagaId);
    const commit: Pick<Store['commit'], 'insert' | 'update'> = {
      insert: (...args) => store.commit.insert(...args),
      update: async (collection, filter, change) => {
        if (JSON.stringify(change).includes('ended_at')) throw new Error('the process dies here');
        return store.commit.update(collection, filter, change);
      },
    };
    const dyingStore = { ...store, commit: commit as Store['commit'] };
    const commands = createCommands({ store: dyingStore, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } });
    await expect(commands.terminate!(sagaId, { by: 'ops', role: 'operator', from: null, reason: 'test' })).rejects.toThrow('dies here');
    expect(await saga(sagaId)).not.toHaveProperty('ended_at');
    await due(sagaId);
    expect(await worker()(sagaId)).toMatchObject({ outcome: 'completed', status: 'error' });
    expect(await saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
    expect((await order())['lock']).toBeUndefined();
    expect(destination.received).toHaveLength(1);
  });
});

describe('a lock that was removed by hand while the saga retries', () => {
  test.each([
    ['the lock', { $unset: { lock: 1 } }, 'order.not_locked'],
    ['the order', undefined, 'order.gone'],
  ] as const)('stops the saga at once when %s is gone, and the journal says so', async (_, change, code) => {
    const { worker, saga, accept, due, order } = await fixture();
    const dying = worker((real) => ({
      ...real,
      clearDeliveries: async () => {
        throw new Error('tried again later');
      },
    }));
    const sagaId = await accept();
    await dying(sagaId);
    const { _id } = await order();
    await (change ? orders().updateOne({ _id }, change) : orders().deleteOne({ _id }));
    await due(sagaId);
    expect(await worker()(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect(await saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code } });
    const entries = await sagaViewRepository(store).entries(sagaId);
    expect(entries.at(-1)).toMatchObject({ step: { name: 'clear-deliveries', outcome: 'failed' }, detail: { error: code } });
  });
});
