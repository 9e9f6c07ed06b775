import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClaimLost } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { collections, decisionRepository } from '@crossroads/store';
import type { CommandResult } from '../../apps/ops/src/commands/commands.js';
import { createGate } from '../harness/gate.js';
import { after, before, failing } from '../harness/port-overrides.js';
import type { LateWrite, ResetHarness } from '../harness/reset-harness.js';
import { givenOrder, givenReset, openTestStore, operatorOn, overrideWrites, recoverySagaOf } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('terminate');
}, 30_000);
afterAll(() => store.close());

/** Terminates the saga until the command inserts its log entry, which stays in transit. The command has claimed the saga. */
const terminateUntilLate = async (sagaId: string): Promise<LateWrite<CommandResult>> => {
  const gate = createGate();
  const terminating = operatorOn(
    overrideWrites(store, (real) => ({
      insert: async (collection, document, ...rest) => {
        if (collection === collections.logs && document['step'].outcome === 'terminated') await gate.pass();
        return real.insert(collection, document, ...rest);
      },
    })),
  ).terminate(sagaId);
  await gate.reached;
  return {
    arrive: () => {
      gate.open();
      return terminating;
    },
  };
};

const givenRetryingAtClear = async (): Promise<{ reset: ResetHarness; sagaId: string }> => {
  const { reset, sagaId } = await givenReset(store);
  await reset.runSaga(sagaId, before('clearDeliveries', failing('retry later')));
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'retrying', step: 'clear-deliveries' });
  return { reset, sagaId };
};

const givenStoppedAtClear = async (): Promise<{ reset: ResetHarness; sagaId: string }> => {
  const { reset, sagaId } = await givenRetryingAtClear();
  await reset.changeSaga(sagaId, { $set: { phase: 'stopped', status: 'error' }, $unset: { next_run_at: 1 } });
  return { reset, sagaId };
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
    const { reset, sagaId } = await givenRetryingAtClear();
    const lateTermination = await terminateUntilLate(sagaId);
    // The claim of the operator's command lapses.
    await reset.runAgain(sagaId, after('clearDeliveries', lateTermination.arrive));
    await expectRecoverable(reset, sagaId);
  });

  test('and a worker clears after it and crashes: a second terminate leaves the saga to a worker, which records the clear', async () => {
    const { reset, sagaId } = await givenRetryingAtClear();
    const lateTermination = await terminateUntilLate(sagaId);
    await reset.runAgain(sagaId, {
      orders: (real) => ({
        clearDeliveries: async (...args) => {
          await lateTermination.arrive();
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
    const { reset, sagaId } = await givenRetryingAtClear();
    const lateTermination = await terminateUntilLate(sagaId);
    await reset.runAgain(sagaId, before('clearDeliveries', lateTermination.arrive));
    await expectRecoverable(reset, sagaId);
  });
});

describe('two operators at the same time', () => {
  test('one terminates a retrying saga, and the other cannot run its next attempt', async () => {
    const { reset, sagaId } = await givenRetryingAtClear();
    const lateTermination = await terminateUntilLate(sagaId);
    // The saga is claimed by the first command. A worker that ran it now would clear the order during the termination.
    expect(await reset.operator.runNow(sagaId)).toMatchObject({ ok: false, code: 'saga.moved' });
    expect(await lateTermination.arrive()).toMatchObject({ ok: true });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
  });

  test('one terminates a stopped saga, and the other resumes it: the termination fails and the clear can be recovered', async () => {
    const { reset, sagaId } = await givenStoppedAtClear();
    const lateTermination = await terminateUntilLate(sagaId);
    expect(await reset.operator.resume(sagaId)).toMatchObject({ ok: true });
    let terminated: unknown;
    await reset.runSaga(sagaId, after('clearDeliveries', async () => (terminated = await lateTermination.arrive())));
    expect(terminated).toMatchObject({ ok: false, code: 'saga.moved' });
    await expectRecoverable(reset, sagaId);
  });

  test('both terminate a stopped saga: the command with the newer claim succeeds, the other fails because the saga has moved', async () => {
    const { sagaId } = await givenStoppedAtClear();
    let second: LateWrite<CommandResult> | undefined;
    // The second command claims the saga after the claim of the first one, and before the first one reads the order.
    const first = operatorOn(
      overrideWrites(store, (real) => ({
        update: async (...args) => {
          const matched = await real.update(...args);
          if (args[0] === collections.sagas) second ??= await terminateUntilLate(sagaId);
          return matched;
        },
      })),
    ).terminate(sagaId);
    const firstResult = await first.catch((error: Error) => error.name);
    expect([firstResult, await second!.arrive()]).toMatchObject([{ ok: false, code: 'saga.moved' }, { ok: true }]);
  });
});

test('a saga that is terminated during its compensation can be recovered without force, because only the saga changed its order', async () => {
  const { reset, sagaId } = await givenReset(store, 'rejected');
  await reset.runUntilStopped(sagaId, 'restoreDeliveries');
  expect(await reset.operator.terminate(sagaId)).toMatchObject({ ok: true });
  await expectRecoverable(reset, sagaId);
});

test('a saga whose lock was removed after a clear without an entry can be terminated and recovered', async () => {
  const { reset, sagaId } = await givenReset(store);
  const gate = createGate();
  const zombie = reset.runSaga(
    sagaId,
    after('clearDeliveries', async () => {
      await gate.pass();
      throw new Error('the worker died');
    }),
  );
  await gate.reached;
  await reset.changeOrder({ $unset: { lock: 1 } });
  expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'stopped' });
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
    const { reset, sagaId } = await givenReset(store, 'requested', 'requested');
    await reset.runSaga(sagaId);
    await decisionRepository(store).claim((await reset.read(sagaId)).saga);
    await reset.runAgain(sagaId);
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'awaiting_approval', status: 'requested' });
    expect(reset.destination.received).toHaveLength(2);
  });

  test('after it recorded the termination: a worker ends the saga', async () => {
    const { reset, sagaId } = await givenReset(store, 'requested');
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
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'completed', status: 'error' });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', error: { code: 'saga.terminated' } });
    expect(reset.destination.received).toHaveLength(1);
  });
});

test('a reset whose caller got "canceled" while an operator was terminating it ends as canceled, and is compensated', async () => {
  const { reset, sagaId } = await givenReset(store);
  // The clear took effect, and its reply was lost.
  await reset.runSaga(sagaId, after('clearDeliveries', failing('the reply is lost')));
  const termination = await terminateUntilLate(sagaId);
  expect(await reset.cancel(sagaId)).toBe('canceled');
  expect(await termination.arrive()).toMatchObject({ ok: false, code: 'saga.still_moving' });
  await reset.runAgain(sagaId);
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'canceled' });
  expect((await reset.order()).bols).toEqual([{ bol_number: 'BOL-1' }]);
});
