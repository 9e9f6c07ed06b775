import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { after, before, failing } from '../harness/port-overrides.js';
import { givenOrder, givenReset, openTestStore, recoverySagaOf, sagaIdAt } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('late-writes');
}, 30_000);
afterAll(() => store.close());

const delivered = { bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE' };

describe('a late clear of a dead worker', () => {
  test('has no effect after the reset was canceled and there was nothing to restore', async () => {
    const { reset, sagaId } = await givenReset(store);
    const lateClear = await reset.runUntilLate(sagaId, 'clearDeliveries');
    expect(await reset.cancel(sagaId)).toBe('canceled');
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    await lateClear.arrive();
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7 });
    expect(await reset.saga(sagaId)).toMatchObject({ status: 'canceled' });
  });

  test('has no effect after the check of the compensation', async () => {
    const { reset, sagaId } = await givenReset(store);
    const lateClear = await reset.runUntilLate(sagaId, 'clearDeliveries');
    await reset.cancel(sagaId);
    const compensation = await reset.runAgain(sagaId, after('clearedVersion', lateClear.arrive));
    expect(compensation).toMatchObject({ outcome: 'completed', status: 'canceled' });
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7 });
  });

  test('has no effect after its stopped saga was terminated, and leaves nothing to recover', async () => {
    const { reset, sagaId } = await givenReset(store);
    const lateClear = await reset.runUntilLate(sagaId, 'clearDeliveries');
    await reset.runUntilStopped(sagaId, 'clearDeliveries');
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    await lateClear.arrive();
    expect(await reset.order()).toMatchObject({ bols: delivered.bols, version: 7 });
    expect(await reset.operator.recover(sagaId)).toMatchObject({ ok: false, code: 'recover.nothing_cleared' });
  });
});

test('a late reset of the progression has no effect after a newer claim was rejected and restored the order', async () => {
  const { reset, sagaId } = await givenReset(store, 'rejected');
  const lateReset = await reset.runUntilLate(sagaId, 'resetProgression');
  await reset.runAgain(sagaId);
  await lateReset.arrive();
  const order = await reset.order();
  expect(order).toMatchObject({ progression_state: 'COMPLETE', bols: delivered.bols });
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'rejected' });
});

test('a late restore of a recovery has no effect after the recovery was terminated', async () => {
  const { reset, sagaId } = await givenReset(store);
  await reset.runSaga(sagaId);
  const recoveryId = recoverySagaOf(await reset.operator.recover(sagaId));
  const lateRestore = await reset.runUntilLate(recoveryId, 'restoreExactly');
  await reset.runAgain(recoveryId, before('restoreExactly', failing('retry later')));
  expect(await reset.operator.terminate(recoveryId)).toMatchObject({ ok: true });
  await lateRestore.arrive();
  expect(await reset.order()).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
});

describe('a late lock of a dead claim', () => {
  test('whose saga was canceled does not keep the order from the next reset', async () => {
    const { reset, sagaId } = await givenReset(store);
    const lateLock = await reset.runUntilLate(sagaId, 'lock');
    expect(await reset.cancel(sagaId)).toBe('canceled');
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'completed', status: 'canceled' });
    await lateLock.arrive();
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7 });
    expect(await reset.runSaga(await reset.accept())).toMatchObject({ outcome: 'completed', status: 'synced' });
  });

  test('whose saga was terminated while it waited does not keep the order from the next reset', async () => {
    const reset = await givenOrder({ store });
    const now = Date.now();
    const first = await reset.accept({ sagaId: sagaIdAt(now - 1_000) });
    const sagaId = await reset.accept({ sagaId: sagaIdAt(now) });
    const leaveQueue = () => reset.changeSaga(first, { $unset: { next_run_at: 1 } });
    // The first saga is out of the order queue while the zombie checks the queue. Then it enters the queue.
    await leaveQueue();
    const lateLock = await reset.runUntilLate(sagaId, 'lock');
    await reset.makeDue(first);
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'waiting' });
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    await lateLock.arrive();
    expect(reset.destination.received).toEqual([]);
    expect(await reset.order()).toMatchObject({ ...delivered, version: 7, lock: { saga_id: sagaId } });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'error' });
    expect(await reset.runAgain(first)).toMatchObject({ outcome: 'completed', status: 'synced' });
  });

  // A late lock must not give a zombie of another claim the order again.
  const lateWrites = ['clearDeliveries', 'resetProgression'] as const;
  test.each(lateWrites)('and a late %s of another zombie change nothing after their saga was terminated', async (write) => {
    const { reset, sagaId } = await givenReset(store);
    const lateLock = await reset.runUntilLate(sagaId, 'lock');
    await reset.makeDue(sagaId);
    const lateWrite = await reset.runUntilLate(sagaId, write);
    await reset.runAgain(sagaId, before(write, failing('retry later')));
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    const atEnd = await reset.order();
    await lateLock.arrive();
    await lateWrite.arrive();
    expect(await reset.order()).toEqual(atEnd);
  });

  test('and a late restore of another zombie change nothing after their recovery was terminated', async () => {
    const { reset, sagaId } = await givenReset(store);
    await reset.runSaga(sagaId);
    const recoveryId = recoverySagaOf(await reset.operator.recover(sagaId));
    const lateLock = await reset.runUntilLate(recoveryId, 'lock');
    await reset.makeDue(recoveryId);
    const lateRestore = await reset.runUntilLate(recoveryId, 'restoreExactly');
    await reset.runAgain(recoveryId, before('restoreExactly', failing('retry later')));
    expect(await reset.operator.terminate(recoveryId)).toMatchObject({ ok: true });
    await lateLock.arrive();
    await lateRestore.arrive();
    expect(await reset.order()).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });
});

test('a saga that ended while its owner changed cannot take the lock back', async () => {
  const { reset, sagaId: first } = await givenReset(store);
  const lateLock = await reset.runUntilLate(first, 'lock');
  expect(await reset.runAgain(first)).toMatchObject({ outcome: 'completed', status: 'synced' });
  const second = await reset.accept();
  reset.destination.answers.push('requested');
  await reset.runSaga(second);
  await lateLock.arrive();
  expect(await reset.order()).toMatchObject({ lock: { saga_id: second } });
});

test('a saga whose worker died after locking the order continues, although a saga with an older id was accepted later', async () => {
  const reset = await givenOrder({ store });
  const now = Date.now();
  const owner = await reset.accept({ sagaId: sagaIdAt(now) });
  await reset.runSaga(owner, after('lock', failing('the worker dies here')));
  const older = await reset.accept({ sagaId: sagaIdAt(now - 2_000) });
  expect(await reset.runSaga(older)).toMatchObject({ outcome: 'waiting' });
  expect(await reset.runAgain(owner)).toMatchObject({ outcome: 'completed', status: 'synced' });
  expect(await reset.runAgain(older)).toMatchObject({ outcome: 'completed', status: 'synced' });
});
