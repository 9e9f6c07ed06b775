import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { acceptance } from '@crossroads/order-reset';
import type { Claim } from '@crossroads/saga';
import { recordOutcome } from '@crossroads/saga';
import type { SagaMetadata, Store } from '@crossroads/store';
import { decisionRepository, sagaRepository } from '@crossroads/store';
import { before, failing } from '../harness/port-overrides.js';
import { givenReset, openTestStore } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('cancel');
}, 30_000);
afterAll(() => store.close());

const retryingAtClear = before('clearDeliveries', failing('retry later'));

test('a reset that is canceled before its first claim has a second epoch, so that the next claim reads its journal', async () => {
  const { reset, sagaId } = await givenReset(store);
  expect(await reset.cancel(sagaId)).toBe('canceled');
  // The first claim of a saga does not read the journal. It would lock the order for a canceled reset.
  const { epoch } = (await sagaRepository(store, [{ type: 'reset_order', version: 1 }]).claim(sagaId)) as Claim;
  expect(epoch).toBe(2);
});

test('a reset that an operator has terminated is not canceled, although the caller read it before', async () => {
  const { reset, sagaId } = await givenReset(store);
  const seen = await reset.read(sagaId);
  await recordOutcome(reset.journal, seen, 1, { name: 'resolve-order', direction: 'run', outcome: 'terminated' }, { status: 'error', title: 'Terminated by an operator', detail: {} });
  expect(await reset.cancel(sagaId, { ...seen, entries: (await reset.read(sagaId)).entries })).toBe('over');
  expect(await reset.steps(sagaId)).toEqual(['resolve-order run terminated']);
});

test('a canceled reset cannot be terminated, and ends with status canceled', async () => {
  const { reset, sagaId } = await givenReset(store);
  await reset.runSaga(sagaId, retryingAtClear);
  expect(await reset.cancel(sagaId)).toBe('canceled');
  const terminated = await reset.operator.terminate(sagaId);
  await reset.runSaga(sagaId);
  expect([terminated.ok, (await reset.saga(sagaId)).status]).toEqual([false, 'canceled']);
});

test('a canceled reset whose order is deleted ends with status canceled', async () => {
  const { reset, sagaId } = await givenReset(store);
  await reset.runSaga(sagaId, retryingAtClear);
  expect(await reset.cancel(sagaId)).toBe('canceled');
  await reset.deleteOrder();
  expect(await reset.runSaga(sagaId)).toEqual({ outcome: 'completed', status: 'canceled' });
});

test('two cancellations and a termination of a waiting reset at the same time end it, and leave the lock to its owner', async () => {
  const { reset, sagaId: first } = await givenReset(store, 'requested');
  await reset.runSaga(first);
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId);
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'waiting' });
  const results = await Promise.all([reset.cancel(sagaId), reset.cancel(sagaId), reset.operator.terminate(sagaId).then(({ ok }) => ok)]);
  await reset.runAgain(sagaId);
  expect({ results, phase: (await reset.saga(sagaId)).phase }).toMatchObject({ phase: 'ended' });
  expect(await reset.order()).toMatchObject({ lock: { saga_id: first } });
});

describe('a decision that arrives while a claim is about to stop the saga is not lost', () => {
  test('the destination approves after the claim has read the journal', async () => {
    const { reset, sagaId } = await givenReset(store, 'requested');
    await reset.runSaga(sagaId);
    const seen = await reset.read(sagaId);
    expect(seen.saga).toMatchObject({ phase: 'awaiting_approval' });
    // The seven days for the approval end.
    await reset.makeDue(sagaId);
    let reads = 0;
    await reset.runSaga(sagaId, {
      journal: (real) => ({
        read: async (id) => {
          const entries = await real.read(id);
          // The intake records an approval at the epoch at which it read the saga.
          if (reads++ === 0)
            await recordOutcome(reset.journal, seen, seen.saga.epoch, { name: 'dispatch-reset', direction: 'run', outcome: 'done' }, acceptance({ by: 'Beta', reasonCode: null }));
          return entries;
        },
      }),
    });
    await decisionRepository(store).wake(seen.saga);
    await reset.runSaga(sagaId);
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'synced' });
  });

  test('the destination approves after the claim has stopped the saga', async () => {
    const { reset, sagaId } = await givenReset(store, 'requested');
    await reset.runSaga(sagaId);
    const seen = await reset.read(sagaId);
    await reset.makeDue(sagaId);
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect(await reset.approve(seen)).toBe('done');
    await reset.runSaga(sagaId);
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'synced' });
  });

  test('the caller cancels, and then the write of the claim that stops the saga arrives late', async () => {
    const { reset, sagaId } = await givenReset(store);
    const sagas = sagaRepository(store, [{ type: 'reset_order', version: 1 }]);
    const claim = (await sagas.claim(sagaId)) as Claim<SagaMetadata>;
    expect(await reset.cancel(sagaId)).toBe('canceled');
    await sagas.saveState(claim, { phase: 'stopped', status: 'error', failures: 3, error: { code: 'saga.bug', message: '$unexpected' } });
    await reset.runSaga(sagaId);
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'canceled' });
  });

  test('the caller cancels after the claim has read the journal, and before it saves the saga as stopped', async () => {
    const { reset, sagaId } = await givenReset(store);
    // Two attempts have failed. A bug stops the saga at the third.
    await reset.changeSaga(sagaId, { $set: { failures: 2 } });
    const canceled: string[] = [];
    await reset.runSaga(sagaId, {
      ...before('find', failing('a bug')),
      journal: (real) => ({
        read: async (id) => {
          const entries = await real.read(id);
          canceled.push(await reset.cancel(sagaId));
          return entries;
        },
      }),
    });
    expect([...new Set(canceled)]).toEqual(['canceled']);
    // The caller received "canceled". A stopped saga would never become canceled without an operator.
    const { phase, status, next_run_at } = await reset.saga(sagaId);
    expect({ phase, status, next_run_at, steps: await reset.steps(sagaId) }).not.toMatchObject({ phase: 'stopped', status: 'error' });
  });
});
