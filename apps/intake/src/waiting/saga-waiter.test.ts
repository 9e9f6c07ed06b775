import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { SagaVersion } from '@crossroads/store';
import { silent } from '@crossroads/testkit';
import { createSagaWaiter } from './saga-waiter.js';

const log = { ...silent, debug: () => {} };

/** Sagas whose version the test sets. `reads` records each query. */
const sagas = () => {
  const known = new Map<string, SagaVersion>();
  const reads: string[][] = [];
  return { known, reads, sagaVersions: async (ids: readonly string[]) => (reads.push([...ids]), new Map([...known].filter(([id]) => ids.includes(id)))) };
};

const waitForOutcome = (sagaId: string, tenantId = 'alpha') => ({ sagaId, tenantId, isMet: ({ rests }: SagaVersion) => rests, timeoutMs: 5_000, signal: new AbortController().signal });

describe('the saga waiter', () => {
  afterEach(() => void jest.useRealTimers());

  test('reads the sagas of all waits with one query, and reads nothing without a wait', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    for (let i = 0; i < 50; i++) repository.known.set(`s${i}`, { mark: 'a', rests: false });
    const waiter = createSagaWaiter({ sagas: repository, log, maxWaits: 1_000 });
    const waits = Array.from({ length: 200 }, (_, index) => waiter.waitFor(waitForOutcome(`s${index % 50}`)));
    await jest.advanceTimersByTimeAsync(4_990);
    expect(repository.reads.length).toBeLessThan(20);
    expect(repository.reads.every((ids) => ids.length === 50)).toBe(true);
    await jest.advanceTimersByTimeAsync(20);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['timed-out']));
    const before = repository.reads.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(repository.reads.length).toBe(before);
  });

  test('ends each wait when its condition is met', async () => {
    const repository = sagas();
    repository.known.set('s', { mark: 'a', rests: false });
    const waiter = createSagaWaiter({ sagas: repository, log, maxWaits: 10 });
    const waits = [waiter.waitFor(waitForOutcome('s')), waiter.waitFor({ ...waitForOutcome('s'), isMet: ({ mark }) => mark !== 'a' })];
    repository.known.set('s', { mark: 'b', rests: false });
    expect(await waits[1]).toBe('met');
    repository.known.set('s', { mark: 'c', rests: true });
    expect(await waits[0]).toBe('met');
  });

  test('rejects a wait above the limit, and gives one tenant at most half of the places', async () => {
    const waiter = createSagaWaiter({ sagas: sagas(), log, maxWaits: 4 });
    const places = [waitForOutcome('1'), waitForOutcome('2')].map((wait) => waiter.waitFor(wait));
    expect(await waiter.waitFor(waitForOutcome('3'))).toBe('full');
    places.push(...[waitForOutcome('1', 'beta'), waitForOutcome('2', 'beta')].map((wait) => waiter.waitFor(wait)));
    expect(await waiter.waitFor(waitForOutcome('1', 'gamma'))).toBe('full');
    waiter.close();
    expect(await Promise.all(places)).toEqual(['closing', 'closing', 'closing', 'closing']);
    expect(await waiter.waitFor(waitForOutcome('1'))).toBe('closing');
  });

  test('continues after the store was unavailable', async () => {
    const repository = sagas();
    let failures = 2;
    const waiter = createSagaWaiter({ sagas: { sagaVersions: async (ids) => (failures-- > 0 ? Promise.reject(new Error('unavailable')) : repository.sagaVersions(ids)) }, log, maxWaits: 4 });
    repository.known.set('s', { mark: 'a', rests: true });
    expect(await waiter.waitFor(waitForOutcome('s'))).toBe('met');
    expect(failures).toBeLessThan(0);
  });

  test('frees the place of an aborted wait', async () => {
    const waiter = createSagaWaiter({ sagas: sagas(), log, maxWaits: 2 });
    const disconnect = new AbortController();
    const wait = waiter.waitFor({ ...waitForOutcome('s'), signal: disconnect.signal });
    disconnect.abort();
    expect(await wait).toBe('timed-out');
    const next = waiter.waitFor(waitForOutcome('s'));
    waiter.close();
    expect(await next).toBe('closing');
  });
});
