import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClaimLost } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { collections, decisionRepository } from '@crossroads/store';
import type { Gate } from '../harness/gate.js';
import { createGate, failing } from '../harness/gate.js';
import type { ResetHarness } from '../harness/reset-harness.js';
import { givenOrder, openTestStore, operatorOn, overrideWrites, recoverySagaOf } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('terminate');
}, 30_000);
afterAll(() => store.close());

/** Returns operator commands whose insert of the `terminated` entry waits at the gate. */
const operatorHeldAt = (gate: Gate) =>
  operatorOn(
    overrideWrites(store, (real) => ({
      insert: async (collection, document, ...rest) => {
        if (collection === collections.logs && document['step'].outcome === 'terminated') await gate.pass();
        return real.insert(collection, document, ...rest);
      },
    })),
  );

const givenRetryingAtClear = async (reset: ResetHarness): Promise<string> => {
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId, { orders: () => ({ clearDeliveries: failing('retry later') }) });
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'retrying', step: 'clear-deliveries' });
  return sagaId;
};

const givenStoppedAtClear = async (reset: ResetHarness): Promise<string> => {
  const sagaId = await givenRetryingAtClear(reset);
  await reset.changeSaga(sagaId, { $set: { phase: 'stopped', status: 'error' }, $unset: { next_run_at: 1 } });
  return sagaId;
};

/** Checks that a terminated saga left the order cleared, and that a recovery restores the order from the log. */
const expectRecoverable = async (reset: ResetHarness, sagaId: string): Promise<void> => {
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
  expect((await reset.order()).bols).toEqual([]);
  await reset.runSaga(recoverySagaOf(await reset.operator.recover(sagaId)));
  expect(await reset.order()).toMatchObject({ bols: [{ bol_number: 'BOL-1' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE' });
};

describe('the log entry of a termination arrives late', () => {
  test('after a newer claim cleared the order: the clear is recorded and can be recovered', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenRetryingAtClear(reset);
    const gate = createGate();
    const terminating = operatorHeldAt(gate).terminate(sagaId);
    await gate.reached;
    // The claim of the operator's command lapses.
    await reset.makeDue(sagaId);
    await reset.runSaga(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          const cleared = await real.clearDeliveries(...args);
          gate.open();
          await terminating;
          return cleared;
        },
      }),
    });
    await expectRecoverable(reset, sagaId);
  });

  test('and a worker clears after it and crashes: a second terminate leaves the saga to a worker, which records the clear', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenRetryingAtClear(reset);
    const gate = createGate();
    const terminating = operatorHeldAt(gate).terminate(sagaId);
    await gate.reached;
    await reset.makeDue(sagaId);
    await reset.runSaga(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          gate.open();
          await terminating;
          await real.clearDeliveries(...args);
          throw new ClaimLost('the worker crashed');
        },
      }),
    });
    await reset.changeSaga(sagaId, { $set: { phase: 'stopped', settled_epoch: 3 }, $unset: { next_run_at: 1 } });
    expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
    await reset.runSaga(sagaId);
    await expectRecoverable(reset, sagaId);
  });

  test('after a newer claim has read the journal, and before it clears: the clear is recorded and can be recovered', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenRetryingAtClear(reset);
    const gate = createGate();
    const terminating = operatorHeldAt(gate).terminate(sagaId);
    await gate.reached;
    await reset.makeDue(sagaId);
    await reset.runSaga(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          gate.open();
          await terminating;
          return real.clearDeliveries(...args);
        },
      }),
    });
    await expectRecoverable(reset, sagaId);
  });
});

describe('two operators at the same time', () => {
  test('one terminates a retrying saga, and the other cannot run its next attempt', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenRetryingAtClear(reset);
    const gate = createGate();
    const terminating = operatorHeldAt(gate).terminate(sagaId);
    await gate.reached;
    // The saga is claimed by the first command. A worker that ran it now would clear the order during the termination.
    expect(await reset.operator.runNow(sagaId)).toMatchObject({ ok: false, code: 'saga.moved' });
    gate.open();
    expect(await terminating).toMatchObject({ ok: true });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
  });

  test('one terminates a stopped saga, and the other resumes it: the termination fails and the clear can be recovered', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenStoppedAtClear(reset);
    const gate = createGate();
    const terminating = operatorHeldAt(gate).terminate(sagaId);
    await gate.reached;
    expect(await reset.operator.resume(sagaId)).toMatchObject({ ok: true });
    await reset.runSaga(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          const cleared = await real.clearDeliveries(...args);
          gate.open();
          expect(await terminating).toMatchObject({ ok: false, code: 'saga.moved' });
          return cleared;
        },
      }),
    });
    await expectRecoverable(reset, sagaId);
  });

  test('both terminate a stopped saga: the command with the newer claim succeeds, the other fails because the saga has moved', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await givenStoppedAtClear(reset);
    const gate = createGate();
    let second: Promise<unknown> | undefined;
    // The second command claims the saga after the claim of the first one, and before the first one reads the order.
    const first = operatorOn(
      overrideWrites(store, (real) => ({
        update: async (...args) => {
          const matched = await real.update(...args);
          if (args[0] === collections.sagas && second === undefined) {
            second = operatorHeldAt(gate).terminate(sagaId);
            await gate.reached;
          }
          return matched;
        },
      })),
    ).terminate(sagaId);
    const firstResult = await first.catch((error: Error) => error.name);
    gate.open();
    expect([firstResult, await second]).toMatchObject([{ ok: false, code: 'saga.moved' }, { ok: true }]);
  });
});

test('a saga that is terminated during its compensation can be recovered without force, because only the saga changed its order', async () => {
  const reset = await givenOrder({ store });
  const sagaId = await reset.accept();
  reset.destination.answers.push('rejected');
  for (let attempt = 0; attempt < 3; attempt++) {
    await reset.makeDue(sagaId);
    await reset.runSaga(sagaId, { orders: () => ({ restoreDeliveries: failing('a bug') }) });
  }
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped' });
  expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
  await expectRecoverable(reset, sagaId);
});

test('a saga whose lock was removed after a clear without an entry can be terminated and recovered', async () => {
  const reset = await givenOrder({ store });
  const sagaId = await reset.accept();
  const gate = createGate();
  const zombie = reset.runSaga(sagaId, {
    orders: (real) => ({
      clearDeliveries: async (...args) => {
        await real.clearDeliveries(...args);
        await gate.pass();
        throw new Error('the worker died');
      },
    }),
  });
  await gate.reached;
  await reset.changeOrder({ $unset: { lock: 1 } });
  await reset.makeDue(sagaId);
  expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'stopped' });
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code: 'order.not_locked' } });
  expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
  gate.open();
  await zombie;
  await expectRecoverable(reset, sagaId);
});

test('a stopped saga whose request cannot be read can be terminated', async () => {
  const reset = await givenOrder({ store });
  const sagaId = await reset.accept({ request: { order: { order_number: 5 } } });
  expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'stopped' });
  expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
});

describe('the operator’s process dies', () => {
  test('after its claim: the saga waits for the destination again', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    reset.destination.answers.push('requested', 'requested');
    await reset.runSaga(sagaId);
    await decisionRepository(store).claim((await reset.read(sagaId)).saga);
    await reset.makeDue(sagaId);
    await reset.runSaga(sagaId);
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'awaiting_approval', status: 'requested' });
    expect(reset.destination.received).toHaveLength(2);
  });

  test('after it recorded the termination: a worker ends the saga', async () => {
    const reset = await givenOrder({ store });
    const sagaId = await reset.accept();
    reset.destination.answers.push('requested');
    await reset.runSaga(sagaId);
    const dying = operatorOn(
      overrideWrites(store, (real) => ({
        update: async (collection, filter, change) => {
          if (JSON.stringify(change).includes('ended_at')) throw new Error('the process dies here');
          return real.update(collection, filter, change);
        },
      })),
    );
    await expect(dying.terminate(sagaId)).rejects.toThrow('dies here');
    expect(await reset.saga(sagaId)).not.toHaveProperty('ended_at');
    await reset.makeDue(sagaId);
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'completed', status: 'error' });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
    expect((await reset.order()).lock).toBeUndefined();
    expect(reset.destination.received).toHaveLength(1);
  });
});
