import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Orders } from '@crossroads/order-reset';
import type { Claim } from '@crossroads/saga';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { newReset } from '../../../../tests/stores/new-reset.js';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { SagaMetadata, Store } from '../index.js';
import { intakeRepository, makeIndexes, openStore, orderRepository, sagaRepository, sweepRepository } from '../index.js';
import { dueImmediately } from '../sagas/saga-writes.js';

const { ObjectId } = mongoose.mongo;

let store: Store;
const orders = () => store.connection.db!.collection('orders');
const sagas = () => store.connection.db!.collection<{ _id: string }>('sagas');
const types = [{ type: 'reset_order', version: 1 }];

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('filters'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});
beforeEach(async () => {
  await sagas().deleteMany({});
});

const accept = async (): Promise<string> => {
  const reset = newReset();
  await intakeRepository(store).accept(reset);
  return reset.saga_id;
};

/** Returns the store with a hook that runs once, before the n-th update is sent. */
const before = (nth: number, happens: () => Promise<unknown>): Store => {
  let sent = 0;
  const update: Store['commit']['update'] = async (...args) => {
    if (++sent === nth) await happens();
    return store.commit.update(...args);
  };
  return { ...store, commit: Object.assign(Object.create(store.commit) as Store['commit'], { update }) };
};

test('a worker that read a saga before another worker claimed it cannot claim it, although the saga is due again', async () => {
  const sagaId = await accept();
  const other = sagaRepository(store, types);
  await other.claim(sagaId);
  const makeDue = () => sagas().updateOne({ _id: sagaId }, { $set: { next_run_at: dueImmediately } });
  await makeDue();
  const late = sagaRepository(
    // Its first update is the claim of a saga that is new, which this one is not.
    before(2, async () => {
      expect(await other.claim(sagaId)).toMatchObject({ epoch: 2 });
      await makeDue();
    }),
    types,
  );
  expect(await late.claim(sagaId)).toBe('not-due');
  expect(await sagas().findOne({ _id: sagaId })).toMatchObject({ epoch: 2 });
});

test('a saga that ended between the read and the claim of another worker is not claimed', async () => {
  const sagaId = await accept();
  const first = sagaRepository(store, types);
  const claim = (await first.claim(sagaId)) as Claim<SagaMetadata>;
  await sagas().updateOne({ _id: sagaId }, { $set: { next_run_at: dueImmediately } });
  const end = () => first.saveState(claim, { phase: 'ended', status: 'synced', failures: 0 });
  expect(await sagaRepository(before(2, end), types).claim(sagaId)).toBe('not-due');
  const ended = (await sagas().findOne({ _id: sagaId }))!;
  expect(ended).toMatchObject({ phase: 'ended', epoch: 1 });
  expect(ended).not.toHaveProperty('next_run_at');
});

test('a BOL that arrives while deliveries are restored stays on the order', async () => {
  const { insertedId } = await orders().insertOne({
    routing: { origin_tenant_id: 'alpha', destination_tenant_id: 'beta' },
    origin_order_number: uuidv7(),
    bols: [{ bol_number: 'BOL-1' }],
    executed_drops: [],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
  });
  const orderId = insertedId.toHexString();
  const owner = { sagaId: 'saga-1', epoch: 1 };
  const plain = orderRepository(store);
  await plain.lock(orderId, owner);
  const snapshot = await plain.snapshot(orderId);
  await plain.clearDeliveries(orderId, 7, owner);
  const saveBol = () => orders().updateOne({ _id: new ObjectId(orderId) }, { $push: { bols: { bol_number: 'BOL-2' } } as never, $inc: { version: 1 } });
  await orderRepository(before(1, saveBol)).restoreDeliveries(orderId, snapshot, owner);
  expect((await orders().findOne({ _id: insertedId }))!['bols']).toEqual([{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }]);
});

test.each<[string, (orders: Orders, orderId: string) => Promise<unknown>]>([
  ['clear', (orders, orderId) => orders.clearDeliveries(orderId, 7, { sagaId: 'saga-1', epoch: 2 })],
  ['reset of the progression', (orders, orderId) => orders.resetProgression(orderId, 'COMPLETE', { sagaId: 'saga-1', epoch: 2 })],
  ['restore of a recovery', (orders, orderId) => orders.restoreExactly(orderId, { bols: [], executed_drops: [], progression_state: 'LOADING', version: 6, sha256: '' }, 7, { sagaId: 'saga-1', epoch: 2 })],
])('a late %s does not match the lock of another claim', async (_, write) => {
  const { insertedId } = await orders().insertOne({ routing: { origin_tenant_id: 'alpha' }, origin_order_number: uuidv7(), bols: [{ bol_number: 'BOL-1' }], executed_drops: [], progression_state: 'COMPLETE', status: 'synced', version: 7 });
  const orderId = insertedId.toHexString();
  const plain = orderRepository(store);
  await plain.lock(orderId, { sagaId: 'saga-1', epoch: 2 });
  const update: Store['commit']['update'] = async (...args) => {
    await orders().updateOne({ _id: insertedId }, { $set: { 'lock.epoch': 1 } });
    await store.commit.update(...args);
    throw new Error('the worker died before the reply');
  };
  const dead = orderRepository({ ...store, commit: Object.assign(Object.create(store.commit) as Store['commit'], { update }) });
  await expect(write(dead, orderId)).rejects.toThrow('died');
  expect(await orders().findOne({ _id: insertedId })).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], progression_state: 'COMPLETE', version: 7 });
});

test('a restore of progression that a newer claim overtakes throws ClaimLost, and does not return moved-on', async () => {
  const { insertedId } = await orders().insertOne({ routing: { origin_tenant_id: 'alpha' }, origin_order_number: uuidv7(), bols: [], executed_drops: [], progression_state: 'COMPLETE', status: 'synced', version: 7 });
  const orderId = insertedId.toHexString();
  const owner = { sagaId: 'saga-1', epoch: 1 };
  const plain = orderRepository(store);
  await plain.lock(orderId, owner);
  await plain.resetProgression(orderId, 'COMPLETE', owner);
  const overtaken = orderRepository(before(1, () => plain.relock(orderId, { ...owner, epoch: 2 })));
  await expect(overtaken.restoreProgression(orderId, owner)).rejects.toMatchObject({ name: 'ClaimLost' });
  expect(await orders().findOne({ _id: insertedId })).toMatchObject({ progression_state: 'NO_PROGRESS' });
});

test('progression that another system has set since is not restored', async () => {
  const { insertedId } = await orders().insertOne({ routing: { origin_tenant_id: 'alpha' }, origin_order_number: uuidv7(), bols: [], executed_drops: [], progression_state: 'COMPLETE', status: 'synced', version: 7 });
  const orderId = insertedId.toHexString();
  const owner = { sagaId: 'saga-1', epoch: 1 };
  const repository = orderRepository(store);
  await repository.lock(orderId, owner);
  await repository.resetProgression(orderId, 'COMPLETE', owner);
  await orders().updateOne({ _id: insertedId }, { $set: { progression_state: 'LOADING' }, $inc: { version: 1 } });
  expect(await repository.restoreProgression(orderId, owner)).toBe('moved-on');
  expect(await orders().findOne({ _id: insertedId })).toMatchObject({ progression_state: 'LOADING' });
});

test('the sweep returns every due saga once, although all became due at the same moment, and no saga that waits', async () => {
  const due = await Promise.all(Array.from({ length: 5 }, accept));
  const resting = await accept();
  const repository = sagaRepository(store, types);
  await repository.saveState((await repository.claim(resting)) as Claim<SagaMetadata>, { phase: 'waiting', status: 'pending', failures: 0, delayMs: 60_000 });
  const sweep = sweepRepository(store);
  const seen: string[] = [];
  let place: Parameters<typeof sweep.due>[1];
  do {
    const page = await sweep.due(2, place);
    seen.push(...page.sagas.map(({ sagaId }) => sagaId));
    place = page.place;
  } while (place !== undefined);
  expect(seen.sort()).toEqual(due.sort());
});
