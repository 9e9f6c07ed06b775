import { describe, expect, test } from '@jest/globals';
import { ClaimLost, DeferStep, RetryableError } from '@crossroads/saga';
import { resetFixture } from '@crossroads/testkit';
import type { ResetOrderPorts } from './index.js';
import { cancelableSteps, resetOrder } from './index.js';

const allDone = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'];

describe('a successful reset', () => {
  test('runs the five steps in order, saves what it cleared, and ends with status synced', async () => {
    const world = resetFixture();
    const before = structuredClone(world.order);
    const saga = world.submit();

    expect(await world.settle(saga)).toBe('synced');
    expect(world.details(saga)).toEqual([
      'resolve-order run done',
      'snapshot-order run done',
      'clear-deliveries run done',
      'reset-progression run done',
      'dispatch-reset run recorded',
      'dispatch-reset run done',
    ]);
    expect(world.order).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', lock: undefined });
    const snapshot = world.journal.entries.find(({ step }) => step.name === 'snapshot-order')!.detail.extra_data;
    expect(snapshot).toMatchObject({ bols: before.bols, executed_drops: before.executed_drops, progression_state: 'COMPLETE', version: 7 });
    expect(world.destination.received).toHaveLength(1);
  });

  test('has the status of each step once the step is done', async () => {
    const world = resetFixture();
    const saga = world.submit();
    await world.settle(saga);
    expect(world.journal.entries.map(({ status }) => status)).toEqual(['origin_mapped', 'origin_mapped', 'origin_mapped', 'master_mapped', 'destination_mapped', 'synced']);
  });

  test('does nothing more when it is enqueued again', async () => {
    const world = resetFixture();
    const saga = world.submit();
    await world.settle(saga);
    expect(await world.runSaga(saga)).toEqual({ outcome: 'not-due' });
    expect(world.destination.received).toHaveLength(1);
  });
});

describe('an order that cannot be reset', () => {
  test.each([
    ['is unknown', (world: ReturnType<typeof resetFixture>) => world.orders.documents.clear(), 'request.order_not_found'],
    ['is canceled', (world: ReturnType<typeof resetFixture>) => (world.order.order.status = 'canceled'), 'request.order_canceled'],
    ['was never synced', (world: ReturnType<typeof resetFixture>) => (world.order.order.counterparty.order_number = null), 'request.order_not_synced'],
    ['is two orders', (world: ReturnType<typeof resetFixture>) => world.orders.documents.set('other', structuredClone(world.order)), 'request.order_ambiguous'],
  ])('because it %s ends in error and stays unchanged', async (_, given, code) => {
    const world = resetFixture();
    given(world);
    const before = structuredClone(world.order);
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'ended', error: { code } });
    expect(world.order).toEqual(before);
    expect(world.destination.received).toEqual([]);
  });

  test('because id and number belong to different orders ends in error with that code', async () => {
    const world = resetFixture();
    const saga = world.submit('saga-1', { order_id: world.order.order.order_id, order_number: '1' });
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)!.error!.code).toBe('request.order_mismatch');
  });
});

describe('a destination', () => {
  test('that rejects the reset has everything restored, and the saga ends rejected', async () => {
    const world = resetFixture();
    const { bols, executed_drops } = structuredClone(world.order);
    world.destination.answers.push('rejected');
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('rejected');
    expect(world.order).toMatchObject({ bols, executed_drops, progression_state: 'COMPLETE', lock: undefined });
    expect(world.details(saga).slice(5)).toEqual([
      'dispatch-reset run rejected',
      'reset-progression undo done',
      'clear-deliveries undo done',
      'snapshot-order undo done',
      'resolve-order undo done',
    ]);
  });

  test('with policy keep leaves the order cleared and unlocked when it rejects the reset', async () => {
    const world = resetFixture();
    world.destination.policy.onRejection = 'keep';
    world.destination.answers.push('rejected');
    expect(await world.settle(world.submit())).toBe('rejected');
    expect(world.order).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', lock: undefined });
  });

  test('with policy keep leaves an order that can be recovered, and the message states that it is cleared', async () => {
    const world = resetFixture();
    const { bols, executed_drops } = structuredClone(world.order);
    world.destination.policy.onRejection = 'keep';
    world.destination.answers.push('rejected');
    const reset = world.submit();
    await world.settle(reset);
    expect(world.sagas.sagas.get(reset)!.error!.message).toMatch(/The order stays cleared/);
    expect(world.journal.entries.filter(({ step }) => step.direction === 'undo' && step.name !== 'resolve-order' && step.name !== 'snapshot-order').map(({ output }) => output)).toEqual([
      { restored: false },
      { restored: false },
    ]);
    expect(await world.settle(world.recover('saga-2', reset))).toBe('synced');
    expect(world.order).toMatchObject({ bols, executed_drops, progression_state: 'COMPLETE', lock: undefined });
  });

  test('that rejects the reset leaves nothing to recover, since compensation restored it', async () => {
    const world = resetFixture();
    world.destination.answers.push('rejected');
    const reset = world.submit();
    await world.settle(reset);
    expect(world.sagas.sagas.get(reset)!.error!.message).toMatch(/restored to its state before the reset/);
    expect(await world.settle(world.recover('saga-2', reset))).toBe('error');
    expect(world.sagas.sagas.get('saga-2')!.error!.code).toBe('recover.already_restored');
  });

  test('that is unavailable gets each retry with the same body and key', async () => {
    const world = resetFixture();
    world.destination.answers.push(new RetryableError('destination.unavailable', 'away'), new RetryableError('destination.unavailable', 'away'));
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('synced');
    expect(world.destination.received).toHaveLength(3);
    expect(new Set(world.destination.received.map((request) => JSON.stringify(request))).size).toBe(1);
  });

  test('that holds the request back gets it later, and no request is recorded before', async () => {
    const world = resetFixture();
    world.destination.answers.push(new DeferStep('destination.paused', 'Paused.', { delayMs: 1_000, onTimeout: 'retry' }));
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('synced');
    expect(world.details(saga).slice(4)).toEqual(['dispatch-reset run deferred', 'dispatch-reset run recorded', 'dispatch-reset run done']);
  });

  test('that stays unavailable stops the saga in error, with the order still cleared', async () => {
    const world = resetFixture();
    world.destination.answers.push(...Array.from({ length: 8 }, () => new RetryableError('destination.unavailable', 'away')));
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'stopped', step: 'dispatch-reset', failures: 8 });
    expect(world.order).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });

  test('that requires an approval leaves the saga awaiting it, with status requested', async () => {
    const world = resetFixture();
    world.destination.answers.push('requested');
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('requested');
    expect(world.sagas.sagas.get(saga)!.phase).toBe('awaiting_approval');
  });
});

describe('a conflict (HTTP 409)', () => {
  const away = () => new RetryableError('destination.unavailable', 'away');
  const held = () => new DeferStep('destination.circuit_open', 'The circuit is open.', { delayMs: 1_000, onTimeout: 'retry' });
  const restored = { progression_state: 'COMPLETE', version: 11 };
  const cleared = { bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' };

  test('of the first request rejects the reset', async () => {
    const world = resetFixture();
    world.destination.answers.push('conflict');
    expect(await world.settle(world.submit())).toBe('rejected');
    expect(world.order).toMatchObject(restored);
  });

  test('of the first request rejects the reset, although limits have held the request back before', async () => {
    const world = resetFixture();
    world.destination.answers.push(held(), held(), 'conflict');
    expect(await world.settle(world.submit())).toBe('rejected');
    expect(world.order).toMatchObject(restored);
  });

  test('after an attempt of unknown outcome is retried, and the order stays cleared', async () => {
    const world = resetFixture();
    world.destination.answers.push(away(), held(), 'conflict', 'conflict', 'synced');
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('synced');
    expect(world.order).toMatchObject(cleared);
    expect(world.details(saga).filter((line) => line.endsWith('unavailable'))).toHaveLength(3);
  });

  test('after a crash of the worker is retried: the worker may have sent the request before', async () => {
    const world = resetFixture();
    world.destination.answers.push(new ClaimLost('the process is gone'), held(), 'conflict');
    const saga = world.submit();
    await world.runSaga(saga);
    world.clock.pass(60_000);
    expect(await world.settle(saga)).toBe('synced');
    expect(world.order).toMatchObject(cleared);
  });

  test('of each attempt stops the saga, also after an operator has resumed it', async () => {
    const world = resetFixture({ dispatchRetry: { attempts: 2 } });
    world.destination.answers.push(away(), 'conflict', 'conflict', 'conflict');
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('error');
    Object.assign(world.sagas.sagas.get(saga)!, { phase: 'running', failures: 0, resumed: true, nextRunAt: 0 });
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'stopped', error: { code: 'destination.conflict' } });
    expect(world.order).toMatchObject(cleared);
  });

  test('of a request that an earlier version recorded is retried', async () => {
    const world = resetFixture();
    const write = world.journal.write;
    world.journal.write = async ({ output, ...entry }, metadata, state) => {
      const { recorded_by: _, ...request } = (output ?? {}) as { recorded_by?: number };
      return write({ ...entry, ...(output && { output: request }) }, metadata, state);
    };
    world.destination.answers.push('conflict');
    expect(await world.settle(world.submit())).toBe('synced');
  });
});

describe('a crash', () => {
  /** Ends the execution like a crash: the kernel writes nothing more. */
  const gone = new ClaimLost('the process is gone');

  test.each(allDone)('after %s was done is continued by the next worker, and no step takes effect twice', async (step) => {
    const world = resetFixture();
    const saga = world.submit();
    const write = world.journal.write;
    world.journal.write = async (entry, metadata, state) => {
      const stands = await write(entry, metadata, state);
      if (entry.step.name === step && entry.step.outcome === 'done' && entry.epoch === 1) throw gone;
      return stands;
    };
    await world.runSaga(saga);
    world.clock.pass(60_000);
    expect(await world.settle(saga)).toBe('synced');
    expect(world.order.version).toBe(9);
    expect(world.details(saga).filter((line) => line.endsWith('run done'))).toEqual(allDone.map((name) => `${name} run done`));
  });

  test.each(allDone)('before the entry of %s was written repeats the step without repeating its effect', async (step) => {
    const world = resetFixture();
    const saga = world.submit();
    const write = world.journal.write;
    world.journal.write = async (entry, metadata, state) => {
      if (entry.step.name === step && entry.step.outcome === 'done' && entry.epoch === 1) throw gone;
      return write(entry, metadata, state);
    };
    await world.runSaga(saga);
    world.clock.pass(60_000);
    expect(await world.settle(saga)).toBe('synced');
    expect(world.order.version).toBe(9);
    expect(new Set(world.destination.received.map(({ key }) => key)).size).toBe(1);
  });
});

describe('a BOL that arrives while the reset runs', () => {
  test('after the snapshot is saved in a second snapshot before anything is cleared', async () => {
    const world = resetFixture();
    const saga = world.submit();
    const write = world.journal.write;
    world.journal.write = async (entry, metadata, state) => {
      const stands = await write(entry, metadata, state);
      if (entry.step.name === 'snapshot-order') world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-late' });
      return stands;
    };
    expect(await world.settle(saga)).toBe('synced');
    const second = world.journal.entries.find(({ step }) => step.name === 'clear-deliveries' && step.outcome === 'recorded')!;
    expect(second.detail.extra_data).toMatchObject({ bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }, { bol_number: 'BOL-late' }] });
    expect(world.order.bols).toEqual([]);
  });

  test('after the clear stays on the order', async () => {
    const world = resetFixture();
    const saga = world.submit();
    const write = world.journal.write;
    world.journal.write = async (entry, metadata, state) => {
      const stands = await write(entry, metadata, state);
      if (entry.step.name === 'clear-deliveries') world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
      return stands;
    };
    await world.settle(saga);
    expect(world.order.bols).toEqual([{ bol_number: 'BOL-new' }]);
  });
});

describe('two resets of one order', () => {
  test('run in the order of their acceptance, each with its own snapshot', async () => {
    const world = resetFixture();
    const first = world.submit('saga-1');
    const second = world.submit('saga-2');
    expect(await world.runSaga(second)).toMatchObject({ outcome: 'waiting' });
    expect(await world.settle(first)).toBe('synced');
    expect(await world.settle(second)).toBe('synced');
    expect(world.journal.entries.filter(({ step }) => step.name === 'snapshot-order').map(({ sagaId }) => sagaId)).toEqual([first, second]);
  });

  test('follow each other at once: unlocking the order wakes the waiting saga', async () => {
    const world = resetFixture();
    const [first, second] = [world.submit('saga-1'), world.submit('saga-2')];
    world.destination.answers.push(new RetryableError('destination.unavailable', 'Answered 503.'));
    await world.runSaga(first);
    expect(await world.runSaga(second)).toMatchObject({ outcome: 'waiting', delayMs: 250 });
    await world.settle(first);
    expect(world.sagas.sagas.get(second)).toMatchObject({ phase: 'waiting', nextRunAt: 0 });
  });

  test('include a waiter of an earlier owner: the last owner wakes it', async () => {
    const world = resetFixture();
    const [first, second, third] = [world.submit('saga-1'), world.submit('saga-2'), world.submit('saga-3')];
    for (const saga of [second, third]) await world.runSaga(saga);
    await world.settle(first);
    await world.settle(second);
    expect(world.sagas.sagas.get(third)).toMatchObject({ phase: 'waiting', nextRunAt: 0 });
  });

  test('make a blocked saga retry less and less often', async () => {
    const world = resetFixture();
    world.submit('saga-1');
    const second = world.submit('saga-2');
    const delays: number[] = [];
    for (let count = 0; count < 9; count++) {
      const result = (await world.runSaga(second)) as { delayMs: number };
      delays.push(result.delayMs);
      world.clock.pass(result.delayMs);
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });
});

test('a reset can be canceled at every step up to the one that clears', () => {
  const steps = resetOrder({} as ResetOrderPorts).steps.map(({ name }) => name);
  expect(cancelableSteps).toEqual(steps.slice(0, steps.indexOf('clear-deliveries') + 1));
});
