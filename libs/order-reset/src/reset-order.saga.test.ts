import { describe, expect, test } from '@jest/globals';
import { resetFixture } from '@crossroads/testkit';
import type { ResetOrderPorts } from './index.js';
import { cancelableSteps, resetOrder } from './index.js';

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
    expect(world.order).toMatchObject({ bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' });
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

test('a reset can be canceled at every step up to the one that clears', () => {
  const steps = resetOrder({} as ResetOrderPorts).steps.map(({ name }) => name);
  expect(cancelableSteps).toEqual(steps.slice(0, steps.indexOf('clear-deliveries') + 1));
});
