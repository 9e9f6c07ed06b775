import { describe, expect, test } from '@jest/globals';
import { ClaimLost, DeferStep, RetryableError } from '@crossroads/saga';
import { resetFixture } from '@crossroads/testkit';

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
