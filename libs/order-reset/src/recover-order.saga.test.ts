import { describe, expect, test } from '@jest/globals';
import { resetWorld } from '@crossroads/testkit';

const resetDone = async () => {
  const world = resetWorld();
  const before = structuredClone(world.order);
  const reset = world.submit('saga-1');
  await world.settle(reset);
  return { world, before, reset };
};

describe('a recovery', () => {
  test('puts back exactly what the reset cleared, and says so step by step', async () => {
    const { world, before, reset } = await resetDone();
    const recovery = world.recover('saga-2', reset);
    expect(await world.settle(recovery)).toBe('synced');
    expect(world.order).toMatchObject({ bols: before.bols, executed_drops: before.executed_drops, progression_state: before.progression_state, lock: undefined });
    expect(world.details(recovery)).toEqual(['resolve-order run done', 'find-snapshot run done', 'snapshot-order run done', 'restore-order run done']);
  });

  test('sends nothing to the destination', async () => {
    const { world, reset } = await resetDone();
    await world.settle(world.recover('saga-2', reset));
    expect(world.destination.received).toHaveLength(1);
  });

  test('is refused, with the difference shown, once the order has been delivered anew', async () => {
    const { world, reset } = await resetDone();
    world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
    const recovery = world.recover('saga-2', reset);
    expect(await world.settle(recovery)).toBe('error');
    expect(world.sagas.sagas.get(recovery)!.error).toMatchObject({
      code: 'recover.order_moved_on',
      message: expect.stringContaining('it now has 1 BOL and 0 executed drops and stands at NO_PROGRESS; the snapshot has 2 BOLs and 1 executed drop and COMPLETE'),
    });
    expect(world.order).toMatchObject({ bols: [{ bol_number: 'BOL-new' }], lock: undefined });
  });

  test('that is forced saves what it replaces, so that it can be recovered in turn', async () => {
    const { world, before, reset } = await resetDone();
    world.orders.saveBol(world.order.order.order_id, { bol_number: 'BOL-new' });
    const recovery = world.recover('saga-2', reset, true);
    expect(await world.settle(recovery)).toBe('synced');
    expect(world.order.bols).toEqual(before.bols);
    const kept = world.journal.entries.find(({ sagaId, step }) => sagaId === recovery && step.name === 'snapshot-order')!.detail.extra_data;
    expect(kept).toMatchObject({ bols: [{ bol_number: 'BOL-new' }] });
  });

  test('done twice changes nothing the second time', async () => {
    const { world, before, reset } = await resetDone();
    await world.settle(world.recover('saga-2', reset));
    expect(await world.settle(world.recover('saga-3', reset))).toBe('synced');
    expect(world.order).toMatchObject({ bols: before.bols, executed_drops: before.executed_drops });
  });

  test.each([
    ['of a reset that was itself undone', 'recover.already_restored', (world: ReturnType<typeof resetWorld>) => world.destination.answers.push('rejected')],
    ['of a reset that found no order', 'recover.nothing_cleared', (world: ReturnType<typeof resetWorld>) => (world.order.order.status = 'canceled')],
  ])('%s is refused', async (_, code, given) => {
    const world = resetWorld();
    given(world);
    await world.settle(world.submit('saga-1'));
    world.order.order.status = 'synced';
    const recovery = world.recover('saga-2', 'saga-1');
    expect(await world.settle(recovery)).toBe('error');
    expect(world.sagas.sagas.get(recovery)!.error!.code).toBe(code);
  });

  test('waits for a reset of the same order that is under way', async () => {
    const { world, reset } = await resetDone();
    const second = world.submit('saga-2');
    const recovery = world.recover('saga-3', reset);
    expect(await world.runSaga(recovery)).toMatchObject({ outcome: 'waiting' });
    await world.settle(second);
    expect(await world.settle(recovery)).toBe('synced');
  });
});
