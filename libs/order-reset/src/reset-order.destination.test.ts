import { describe, expect, test } from '@jest/globals';
import { DeferStep, RetryableError } from '@crossroads/saga';
import type { ResetFixture } from '@crossroads/testkit';
import { resetFixture } from '@crossroads/testkit';

const away = new RetryableError('destination.unavailable', 'away');

interface ProcessedReset {
  world: ResetFixture;
  saga: string;
  /** Deliveries of the order before the reset. */
  before: { bols: unknown[]; executed_drops: unknown[] };
  status: string;
  error: { code: string; message: string } | undefined;
}

/** Processes a reset of a delivered order by a destination with these answers, until it does not run again by itself. */
const processed = async (answers: ResetFixture['destination']['answers'], policy: Partial<ResetFixture['destination']['policy']> = {}): Promise<ProcessedReset> => {
  const world = resetFixture();
  Object.assign(world.destination.policy, policy);
  world.destination.answers.push(...answers);
  const { bols, executed_drops } = structuredClone(world.order);
  const saga = world.submit();
  const status = await world.settle(saga);
  return { world, saga, before: { bols, executed_drops }, status, error: world.sagas.sagas.get(saga)!.error };
};

const cleared = { bols: [], executed_drops: [], progression_state: 'NO_PROGRESS' };

describe('a destination', () => {
  test('that rejects the reset has everything restored, and the saga ends rejected', async () => {
    const { world, saga, before, status } = await processed(['rejected']);
    expect(status).toBe('rejected');
    expect(world.order).toMatchObject({ ...before, progression_state: 'COMPLETE' });
    expect(world.details(saga).slice(5)).toEqual([
      'dispatch-reset run rejected',
      'reset-progression undo done',
      'clear-deliveries undo done',
      'snapshot-order undo done',
      'resolve-order undo done',
    ]);
  });

  test('with policy keep leaves the order cleared and unlocked when it rejects the reset', async () => {
    const { world, status } = await processed(['rejected'], { onRejection: 'keep' });
    expect(status).toBe('rejected');
    expect(world.order).toMatchObject(cleared);
  });

  test('with policy keep leaves an order that can be recovered, and the message states that it is cleared', async () => {
    const { world, saga, before, error } = await processed(['rejected'], { onRejection: 'keep' });
    expect(error!.message).toMatch(/The order stays cleared/);
    expect(world.journal.entries.filter(({ step }) => step.direction === 'undo' && step.name !== 'resolve-order' && step.name !== 'snapshot-order').map(({ output }) => output)).toEqual([
      { restored: false },
      { restored: false },
    ]);
    expect(await world.settle(world.recover('saga-2', saga))).toBe('synced');
    expect(world.order).toMatchObject({ ...before, progression_state: 'COMPLETE' });
  });

  test('that rejects the reset leaves nothing to recover, since compensation restored it', async () => {
    const { world, saga, error } = await processed(['rejected']);
    expect(error!.message).toMatch(/restored to its state before the reset/);
    expect(await world.settle(world.recover('saga-2', saga))).toBe('error');
    expect(world.sagas.sagas.get('saga-2')!.error!.code).toBe('recover.already_restored');
  });

  test('that is unavailable gets each retry with the same body and key', async () => {
    const { world, status } = await processed([away, away]);
    expect(status).toBe('synced');
    expect(world.destination.received).toHaveLength(3);
    expect(new Set(world.destination.received.map((request) => JSON.stringify(request))).size).toBe(1);
  });

  test('that holds the request back gets it later, and no request is recorded before', async () => {
    const { world, saga, status } = await processed([new DeferStep('destination.paused', 'Paused.', { delayMs: 1_000, onTimeout: 'retry' })]);
    expect(status).toBe('synced');
    expect(world.details(saga).slice(4)).toEqual(['dispatch-reset run deferred', 'dispatch-reset run recorded', 'dispatch-reset run done']);
  });

  test('that stays unavailable stops the saga in error, with the order still cleared', async () => {
    const { world, saga, status } = await processed(Array.from({ length: 8 }, () => away));
    expect(status).toBe('error');
    expect(world.sagas.sagas.get(saga)).toMatchObject({ phase: 'stopped', step: 'dispatch-reset', failures: 8 });
    expect(world.order).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
  });

  test('that requires an approval leaves the saga awaiting it, with status requested', async () => {
    const { world, saga, status } = await processed(['requested']);
    expect(status).toBe('requested');
    expect(world.sagas.sagas.get(saga)!.phase).toBe('awaiting_approval');
  });
});
