import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { sweepRepository } from '@crossroads/store';
import { createGate, failing } from '../harness/gate.js';
import { givenOrder, openTestStore, recoverySagaOf, sagaIdAt } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('late-writes');
}, 30_000);
afterAll(() => store.close());

const delivered = { bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE' };

describe('a late clear of a dead worker', () => {
  test('has no effect after the reset was canceled and there was nothing to restore', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    const gate = createGate();
    const zombie = reset.runSaga(sagaId, { orders: (real) => ({ clearDeliveries: gate.before(real.clearDeliveries) }) });
    await gate.reached;
    expect(await reset.cancel(sagaId)).toBe('canceled');
    await reset.makeDue(sagaId);
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    gate.open();
    await zombie;
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7 });
    expect(await reset.saga(sagaId)).toMatchObject({ status: 'canceled' });
  });

  test('has no effect between the check of the compensation and the unlock', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    const gate = createGate();
    const zombie = reset.runSaga(sagaId, { orders: (real) => ({ clearDeliveries: gate.before(real.clearDeliveries) }) });
    await gate.reached;
    await reset.cancel(sagaId);
    await reset.makeDue(sagaId);
    const compensation = reset.runSaga(sagaId, {
      orders: (real) => ({
        clearedVersion: async (...args) => {
          const version = await real.clearedVersion(...args);
          gate.open();
          await zombie;
          return version;
        },
      }),
    });
    expect(await compensation).toMatchObject({ outcome: 'completed', status: 'canceled' });
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7 });
  });

  test('has no effect after its stopped saga was terminated, and leaves nothing to recover', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    const gate = createGate();
    const zombie = reset.runSaga(sagaId, { orders: (real) => ({ clearDeliveries: gate.before(real.clearDeliveries) }) });
    await gate.reached;
    await reset.makeDue(sagaId);
    for (let attempt = 0; attempt < 3; attempt++) {
      await reset.makeDue(sagaId);
      await reset.runSaga(sagaId, { orders: () => ({ clearDeliveries: failing('a bug') }) });
    }
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped' });
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    gate.open();
    await zombie;
    expect(await reset.order()).toMatchObject({ bols: delivered.bols, version: 7 });
    expect(await reset.operator.recover(sagaId)).toMatchObject({ ok: false, code: 'recover.nothing_cleared' });
  });
});

test('a late reset of the progression has no effect after a newer claim was rejected and restored the order', async () => {
  const reset = await givenOrder({ store });
  const sagaId = await reset.accept();
  const gate = createGate();
  const zombie = reset.runSaga(sagaId, { orders: (real) => ({ resetProgression: gate.before(real.resetProgression) }) });
  await gate.reached;
  await reset.makeDue(sagaId);
  reset.destination.answers.push('rejected');
  await reset.runSaga(sagaId);
  gate.open();
  await zombie;
  const order = await reset.order();
  expect(order).toMatchObject({ progression_state: 'COMPLETE', bols: delivered.bols });
  expect(order.lock).toBeUndefined();
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'rejected' });
});

test('a late restore of a recovery has no effect after the recovery was terminated', async () => {
  const reset = await givenOrder({ store });
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId);
  const recoveryId = recoverySagaOf(await reset.operator.recover(sagaId));
  const gate = createGate();
  const zombie = reset.runSaga(recoveryId, { orders: (real) => ({ restoreExactly: gate.before(real.restoreExactly) }) });
  await gate.reached;
  await reset.makeDue(recoveryId);
  await reset.runSaga(recoveryId, { orders: () => ({ restoreExactly: failing('retry later') }) });
  expect(await reset.operator.terminate(recoveryId)).toMatchObject({ ok: true });
  gate.open();
  await zombie;
  expect(await reset.order()).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
});

describe('a late lock of a zombie worker', () => {
  test('that was canceled at its own epoch is released by the zombie itself', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    const gate = createGate();
    const zombie = reset.runSaga(sagaId, { orders: (real) => ({ lock: gate.before(real.lock) }) });
    await gate.reached;
    expect(await reset.cancel(sagaId)).toBe('canceled');
    await reset.makeDue(sagaId);
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    gate.open();
    await zombie;
    const order = await reset.order();
    expect(order.version).toBe(7);
    expect(order.lock).toBeUndefined();
  });

  test('whose saga was terminated is found by the sweep, and the reset is not executed', async () => {
    const reset = await givenOrder({ store });
    const now = Date.now();
    const first = await reset.accept({ sagaId: sagaIdAt(now - 1_000) });
    const sagaId = await reset.accept({ sagaId: sagaIdAt(now) });
    const gate = createGate();
    // The first saga is out of the order queue while the zombie checks the queue. Then it enters the queue.
    await reset.changeSaga(first, { $unset: { next_run_at: 1 } });
    const zombie = reset.runSaga(sagaId, { orders: (real) => ({ lock: gate.before(real.lock) }) });
    await gate.reached;
    await reset.makeDue(first);
    await reset.makeDue(sagaId);
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'waiting' });
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    await reset.changeSaga(first, { $unset: { next_run_at: 1 } });
    gate.open();
    await zombie;
    expect(reset.destination.received).toEqual([]);
    expect(await reset.order()).toMatchObject({ bols: delivered.bols, version: 7 });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'error' });
    const { orphans } = await sweepRepository(store).orphans(1_000);
    expect(orphans).toContainEqual({ orderId: String(reset.orderId), sagaId });
  });
});

test('a late unlock does not release the lock of the next reset', async () => {
  const reset = await givenOrder({ store });
  const first = await reset.accept();
  const gate = createGate();
  const zombie = reset.runSaga(first, { orders: (real) => ({ unlock: gate.before(real.unlock) }) });
  await gate.reached;
  await reset.makeDue(first);
  await reset.runSaga(first);
  const second = await reset.accept();
  reset.destination.answers.push('requested');
  await reset.runSaga(second);
  gate.open();
  await zombie;
  expect(await reset.order()).toMatchObject({ lock: { saga_id: second } });
});

test('a saga whose worker died after locking the order continues, although a saga with an older id was accepted later', async () => {
  const reset = await givenOrder({ store });
  const now = Date.now();
  const owner = await reset.accept({ sagaId: sagaIdAt(now) });
  await reset.runSaga(owner, {
    orders: (real) => ({
      lock: async (...args) => {
        await real.lock(...args);
        throw new Error('the worker dies here');
      },
    }),
  });
  const older = await reset.accept({ sagaId: sagaIdAt(now - 2_000) });
  expect(await reset.runSaga(older)).toMatchObject({ outcome: 'waiting' });
  await reset.makeDue(owner);
  expect(await reset.runSaga(owner)).toMatchObject({ outcome: 'completed', status: 'synced' });
  await reset.makeDue(older);
  expect(await reset.runSaga(older)).toMatchObject({ outcome: 'completed', status: 'synced' });
});
