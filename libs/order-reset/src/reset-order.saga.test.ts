import { describe, expect, test } from '@jest/globals';
import { ClaimLost, RetryableError } from '@crossroads/saga';
import { resetWorld } from '@crossroads/testkit';
import type { ResetOrderPorts } from './index.js';
import { cancelableSteps, resetOrder } from './index.js';

const allDone = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'];

describe('a reset that goes well', () => {
  test('runs the five steps in order, keeps what it cleared, and ends synced', async () => {
    const world = resetWorld();
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

  test('has the status each step promises', async () => {
    const world = resetWorld();
    const saga = world.submit();
    await world.settle(saga);
    expect(world.journal.entries.map(({ status }) => status)).toEqual(['origin_mapped', 'origin_mapped', 'origin_mapped', 'master_mapped', 'destination_mapped', 'synced']);
  });

  test('does nothing more when its bell rings again', async () => {
    const world = resetWorld();
    const saga = world.submit();
    await world.settle(saga);
    expect(await world.runSaga(saga)).toEqual({ outcome: 'not-due' });
    expect(world.destination.received).toHaveLength(1);
  });
});

describe('an order that cannot be reset', () => {
  test.each([
    ['is unknown', (world: ReturnType<typeof resetWorld>) => world.orders.documents.clear(), 'request.order_not_found'],
    ['is canceled', (world: ReturnType<typeof resetWorld>) => (world.order.order.status = 'canceled'), 'request.order_canceled'],
    ['was never synced', (world: ReturnType<typeof resetWorld>) => (world.order.order.counterparty.order_number = null), 'request.order_not_synced'],
    ['is two orders', (world: ReturnType<typeof resetWorld>) => world.orders.documents.set('other', structuredClone(world.order)), 'request.order_ambiguous'],
  ])('because it %s ends in error, untouched', async (_, given, code) => {
    const world = resetWorld();
    given(world);
    const before = structuredClone(world.order);
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'ended', error: { code } });
    expect(world.order).toEqual(before);
    expect(world.destination.received).toEqual([]);
  });

  test('because id and number disagree ends in error and says so', async () => {
    const world = resetWorld();
    const saga = world.submit('saga-1', { order_id: world.order.order.order_id, order_number: '1' });
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)!.error!.code).toBe('request.order_mismatch');
  });
});

describe('a destination', () => {
  test('that refuses has everything put back, and the saga ends rejected', async () => {
    const world = resetWorld();
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

  test('with whom it was so agreed leaves the order cleared when it refuses, but no longer held', async () => {
    const world = resetWorld();
    world.destination.policy.onRejection = 'keep';
    world.destination.answers.push('rejected');
    expect(await world.settle(world.submit())).toBe('rejected');
    expect(world.order).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS', lock: undefined });
  });

  test('with whom it was so agreed leaves an order that can still be recovered, and the message says that it is cleared', async () => {
    const world = resetWorld();
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

  test('that refuses leaves nothing to recover, since the undo put it back', async () => {
    const world = resetWorld();
    world.destination.answers.push('rejected');
    const reset = world.submit();
    await world.settle(reset);
    expect(world.sagas.sagas.get(reset)!.error!.message).toMatch(/put back as it was/);
    expect(await world.settle(world.recover('saga-2', reset))).toBe('error');
    expect(world.sagas.sagas.get('saga-2')!.error!.code).toBe('recover.already_restored');
  });

  test('that is away is tried again with the same bytes and key', async () => {
    const world = resetWorld();
    world.destination.answers.push(new RetryableError('destination.unavailable', 'away'), new RetryableError('destination.unavailable', 'away'));
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('synced');
    expect(world.destination.received).toHaveLength(3);
    expect(new Set(world.destination.received.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('that stays away stops the saga in error, with the order as it was cleared', async () => {
    const world = resetWorld();
    world.destination.answers.push(...Array.from({ length: 8 }, () => new RetryableError('destination.unavailable', 'away')));
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'stopped', step: 'dispatch-reset', failures: 8 });
    expect(world.order).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });

  test('that wants its people to accept parks the saga as requested', async () => {
    const world = resetWorld();
    world.destination.answers.push('requested');
    const saga = world.submit();
    expect(await world.settle(saga)).toBe('requested');
    expect(world.sagas.sagas.get(saga)!.phase).toBe('awaiting_approval');
  });
});

describe('a crash', () => {
  /** As silent as a crash: the kernel stops without another word. */
  const gone = new ClaimLost('the process is gone');

  test.each(allDone)('after %s was done is made good by the next worker, and nothing is done twice', async (step) => {
    const world = resetWorld();
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

  test.each(allDone)('before %s could be written down repeats the step without repeating its effect', async (step) => {
    const world = resetWorld();
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
  test('after the snapshot is saved in a second one before anything is cleared', async () => {
    const world = resetWorld();
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
    const world = resetWorld();
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
  test('take their turns in the order they were accepted in, each with its own snapshot', async () => {
    const world = resetWorld();
    const first = world.submit('saga-1');
    const second = world.submit('saga-2');
    expect(await world.runSaga(second)).toMatchObject({ outcome: 'waiting' });
    expect(await world.settle(first)).toBe('synced');
    expect(await world.settle(second)).toBe('synced');
    expect(world.journal.entries.filter(({ step }) => step.name === 'snapshot-order').map(({ sagaId }) => sagaId)).toEqual([first, second]);
  });

  test('follow on each other at once: whoever gives the order back calls the one that waits', async () => {
    const world = resetWorld();
    const [first, second] = [world.submit('saga-1'), world.submit('saga-2')];
    world.destination.answers.push(new RetryableError('destination.unavailable', 'Answered 503.'));
    await world.runSaga(first);
    expect(await world.runSaga(second)).toMatchObject({ outcome: 'waiting', delayMs: 250 });
    await world.settle(first);
    expect(world.sagas.sagas.get(second)).toMatchObject({ phase: 'waiting', nextRunAt: 0 });
  });

  test('who asked for the order long ago is called by whoever had it last', async () => {
    const world = resetWorld();
    const [first, second, third] = [world.submit('saga-1'), world.submit('saga-2'), world.submit('saga-3')];
    for (const saga of [second, third]) await world.runSaga(saga);
    await world.settle(first);
    await world.settle(second);
    expect(world.sagas.sagas.get(third)).toMatchObject({ phase: 'waiting', nextRunAt: 0 });
  });

  test('who waits long looks less and less often', async () => {
    const world = resetWorld();
    world.submit('saga-1');
    const second = world.submit('saga-2');
    const rests: number[] = [];
    for (let looks = 0; looks < 9; looks++) {
      const rested = (await world.runSaga(second)) as { delayMs: number };
      rests.push(rested.delayMs);
      world.clock.pass(rested.delayMs);
    }
    expect(rests).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });
});

test('a reset can be called off at every step up to the one that clears', () => {
  const steps = resetOrder({} as ResetOrderPorts).steps.map(({ name }) => name);
  expect(cancelableSteps).toEqual(steps.slice(0, steps.indexOf('clear-deliveries') + 1));
});
