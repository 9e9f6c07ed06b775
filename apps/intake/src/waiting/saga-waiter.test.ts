import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { SagaVersion } from '@crossroads/store';
import { silent } from '@crossroads/testkit';
import { createSagaWaiter } from './saga-waiter.js';

const log = { ...silent, debug: () => {} };

/** Sagas whose standing the test sets, and how often they were looked at. */
const sagas = () => {
  const known = new Map<string, SagaVersion>();
  const looks: string[][] = [];
  return { known, looks, sagaVersions: async (ids: readonly string[]) => (looks.push([...ids]), new Map([...known].filter(([id]) => ids.includes(id)))) };
};

const forEnd = (sagaId: string, holder = 'alpha') => ({ sagaId, holder, met: ({ rests }: SagaVersion) => rests, atMost: 5_000, signal: new AbortController().signal });

describe('the watch', () => {
  afterEach(() => void jest.useRealTimers());

  test('looks once for all who wait, and not at all once nobody does', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    for (let i = 0; i < 50; i++) repository.known.set(`s${i}`, { mark: 'a', rests: false });
    const waiter = createSagaWaiter({ sagas: repository, log, most: 1_000 });
    const waits = Array.from({ length: 200 }, (_, index) => waiter.until(forEnd(`s${index % 50}`)));
    await jest.advanceTimersByTimeAsync(4_990);
    expect(repository.looks.length).toBeLessThan(20);
    expect(repository.looks.every((ids) => ids.length === 50)).toBe(true);
    await jest.advanceTimersByTimeAsync(20);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['time-up']));
    const before = repository.looks.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(repository.looks.length).toBe(before);
  });

  test('tells each who waits as soon as it is met', async () => {
    const repository = sagas();
    repository.known.set('s', { mark: 'a', rests: false });
    const waiter = createSagaWaiter({ sagas: repository, log, most: 10 });
    const waits = [waiter.until(forEnd('s')), waiter.until({ ...forEnd('s'), met: ({ mark }) => mark !== 'a' })];
    repository.known.set('s', { mark: 'b', rests: false });
    expect(await waits[1]).toBe('met');
    repository.known.set('s', { mark: 'c', rests: true });
    expect(await waits[0]).toBe('met');
  });

  test('turns away who comes to a full house, and lets one tenant have half of it', async () => {
    const waiter = createSagaWaiter({ sagas: sagas(), log, most: 4 });
    const places = [forEnd('1'), forEnd('2')].map((wait) => waiter.until(wait));
    expect(await waiter.until(forEnd('3'))).toBe('full');
    places.push(...[forEnd('1', 'beta'), forEnd('2', 'beta')].map((wait) => waiter.until(wait)));
    expect(await waiter.until(forEnd('1', 'gamma'))).toBe('full');
    waiter.close();
    expect(await Promise.all(places)).toEqual(['closing', 'closing', 'closing', 'closing']);
    expect(await waiter.until(forEnd('1'))).toBe('closing');
  });

  test('outlives a store that is away', async () => {
    const repository = sagas();
    let failures = 2;
    const waiter = createSagaWaiter({ sagas: { sagaVersions: async (ids) => (failures-- > 0 ? Promise.reject(new Error('away')) : repository.sagaVersions(ids)) }, log, most: 4 });
    repository.known.set('s', { mark: 'a', rests: true });
    expect(await waiter.until(forEnd('s'))).toBe('met');
    expect(failures).toBeLessThan(0);
  });

  test('frees the place of who leaves', async () => {
    const waiter = createSagaWaiter({ sagas: sagas(), log, most: 2 });
    const leaving = new AbortController();
    const wait = waiter.until({ ...forEnd('s'), signal: leaving.signal });
    leaving.abort();
    expect(await wait).toBe('time-up');
    const next = waiter.until(forEnd('s'));
    waiter.close();
    expect(await next).toBe('closing');
  });
});
