import { describe, expect, test } from '@jest/globals';
import type { Entry } from '@crossroads/saga';
import { ClaimLost, RetryableError } from '@crossroads/saga';
import { resetFixture } from '@crossroads/testkit';

const allDone = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'];

describe('a crash', () => {
  /** Ends the first execution at a step, like a crash: the kernel writes nothing more. */
  const crashAt = (name: string, { step, epoch }: Entry): void => {
    if (step.name === name && step.outcome === 'done' && epoch === 1) throw new ClaimLost('the process is gone');
  };

  test.each(allDone)('after %s was done is continued by the next worker, and no step takes effect twice', async (step) => {
    const world = resetFixture();
    const saga = world.submit();
    world.journal.onEntry = (entry) => crashAt(step, entry);
    await world.runSaga(saga);
    world.clock.pass(60_000);
    expect(await world.settle(saga)).toBe('synced');
    expect(world.order.version).toBe(9);
    expect(world.details(saga).filter((line) => line.endsWith('run done'))).toEqual(allDone.map((name) => `${name} run done`));
  });

  test.each(allDone)('before the entry of %s was written repeats the step without repeating its effect', async (step) => {
    const world = resetFixture();
    const saga = world.submit();
    const { write } = world.journal;
    world.journal.write = async (entry, metadata, state) => {
      crashAt(step, entry);
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
    world.journal.onEntry = ({ step }) => {
      if (step.name === 'snapshot-order') world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-late' });
    };
    expect(await world.settle(saga)).toBe('synced');
    const second = world.journal.entries.find(({ step }) => step.name === 'clear-deliveries' && step.outcome === 'recorded')!;
    expect(second.detail.extra_data).toMatchObject({ bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }, { bol_number: 'BOL-late' }] });
    expect(world.order.bols).toEqual([]);
  });

  test('after the clear stays on the order', async () => {
    const world = resetFixture();
    const saga = world.submit();
    world.journal.onEntry = ({ step }) => {
      if (step.name === 'clear-deliveries') world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
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
