import { describe, expect, test } from '@jest/globals';
import { resetFixture } from '@crossroads/testkit';

const resetDone = async () => {
  const world = resetFixture();
  const before = structuredClone(world.order);
  const reset = world.submit('saga-1');
  await world.settle(reset);
  return { world, before, reset };
};

describe('a recovery', () => {
  test('restores exactly what the reset cleared, with one log entry per step', async () => {
    const { world, before, reset } = await resetDone();
    const recovery = world.recover('saga-2', reset);
    expect(await world.settle(recovery)).toBe('synced');
    expect(world.order).toMatchObject({ bols: before.bols, executed_drops: before.executed_drops, progression_state: before.progression_state });
    expect(world.details(recovery)).toEqual(['resolve-order run done', 'find-snapshot run done', 'snapshot-order run done', 'restore-order run done']);
  });

  test('sends nothing to the destination', async () => {
    const { world, reset } = await resetDone();
    await world.settle(world.recover('saga-2', reset));
    expect(world.destination.received).toHaveLength(1);
  });

  test('is rejected, with the difference in the message, once the order has new deliveries', async () => {
    const { world, reset } = await resetDone();
    world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
    const recovery = world.recover('saga-2', reset);
    expect(await world.settle(recovery)).toBe('error');
    expect(world.sagas.sagas.get(recovery)!.error).toMatchObject({
      code: 'recover.order_moved_on',
      message: expect.stringContaining('it now has 1 BOL and 0 executed drops and progression NO_PROGRESS. The snapshot has 2 BOLs and 1 executed drop and progression COMPLETE.'),
    });
    expect(world.order).toMatchObject({ bols: [{ bol_number: 'BOL-new' }] });
  });

  test('that is forced saves the data it replaces, so that it can itself be recovered from', async () => {
    const { world, before, reset } = await resetDone();
    world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
    const recovery = world.recover('saga-2', reset, true);
    expect(await world.settle(recovery)).toBe('synced');
    expect(world.order.bols).toEqual(before.bols);
    const saved = world.journal.entries.find(({ sagaId, step }) => sagaId === recovery && step.name === 'snapshot-order')!.detail.extra_data;
    expect(saved).toMatchObject({ bols: [{ bol_number: 'BOL-new' }] });
  });

  test('that runs twice changes nothing the second time', async () => {
    const { world, before, reset } = await resetDone();
    await world.settle(world.recover('saga-2', reset));
    expect(await world.settle(world.recover('saga-3', reset))).toBe('synced');
    expect(world.order).toMatchObject({ bols: before.bols, executed_drops: before.executed_drops });
  });

  test.each([
    ['of a reset that was compensated', 'recover.already_restored', (world: ReturnType<typeof resetFixture>) => world.destination.answers.push('rejected')],
    ['of a reset that found no order', 'recover.nothing_cleared', (world: ReturnType<typeof resetFixture>) => (world.order.order.status = 'canceled')],
  ])('%s is rejected', async (_, code, given) => {
    const world = resetFixture();
    given(world);
    await world.settle(world.submit('saga-1'));
    world.order.order.status = 'synced';
    const recovery = world.recover('saga-2', 'saga-1');
    expect(await world.settle(recovery)).toBe('error');
    expect(world.sagas.sagas.get(recovery)!.error!.code).toBe(code);
  });

  test('waits for an active reset of the same order', async () => {
    const { world, reset } = await resetDone();
    const second = world.submit('saga-2');
    const recovery = world.recover('saga-3', reset);
    expect(await world.runSaga(recovery)).toMatchObject({ outcome: 'waiting' });
    await world.settle(second);
    expect(await world.settle(recovery)).toBe('synced');
  });
});
