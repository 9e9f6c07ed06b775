import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { SubscriptionListener } from '@crossroads/saga-bullmq';
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

const waitForOutcome = (sagaId: string, tenantId = 'alpha') => ({ sagaId, tenantId, timeoutMs: 5_000, signal: new AbortController().signal });

/** A subscription whose notifications the test sends. */
const subscription = () => {
  const calls: string[] = [];
  let listener!: SubscriptionListener;
  return { calls, send: () => listener, listen: (to: SubscriptionListener) => void (listener = to), resume: () => void calls.push('resume'), pause: () => void calls.push('pause'), close: async () => {} };
};

const moving: SagaVersion = { mark: 'a', rests: false };
const ended: SagaVersion = { mark: 'b', rests: true };

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
    const waits = [waiter.waitFor(waitForOutcome('s')), waiter.waitFor({ ...waitForOutcome('s'), seenMark: 'a' })];
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

  test('reads notified sagas at once and with one query, and polls the others at long intervals', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    const notifications = subscription();
    const waiter = createSagaWaiter({ sagas: repository, subscription: notifications, log, maxWaits: 1_000 });
    notifications.send().opened();
    const ids = Array.from({ length: 50 }, (_, index) => `s${index}`);
    for (const id of ids) repository.known.set(id, moving);
    const waits = ids.map((id) => waiter.waitFor({ ...waitForOutcome(id), isNew: true }));
    await jest.advanceTimersByTimeAsync(990);
    expect(repository.reads).toEqual([]);
    for (const id of ids.slice(0, 20)) repository.known.set(id, ended);
    for (const id of ids.slice(0, 20)) notifications.send().saved([id]);
    await jest.advanceTimersByTimeAsync(5);
    expect(repository.reads).toEqual([ids.slice(0, 20)]);
    expect(await Promise.all(waits.slice(0, 20))).toEqual(Array.from({ length: 20 }, () => 'met'));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(repository.reads.slice(1)).toEqual([ids.slice(20), ids.slice(20), ids.slice(20)]);
    waiter.close();
  });

  test('reads a saga that may have ended before its wait began, with or without notifications', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    const notifications = subscription();
    const waiter = createSagaWaiter({ sagas: repository, subscription: notifications, log, maxWaits: 10 });
    repository.known.set('early', ended).set('later', ended);
    const early = waiter.waitFor(waitForOutcome('early'));
    notifications.send().opened();
    await jest.advanceTimersByTimeAsync(5);
    expect(await early).toBe('met');
    const later = waiter.waitFor(waitForOutcome('later'));
    await jest.advanceTimersByTimeAsync(200);
    expect(await later).toBe('met');
    expect(repository.reads).toEqual([['early'], ['later']]);
  });

  test('polls at short intervals without a subscription, and after a saga has ended without a notification', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    const notifications = subscription();
    const waiter = createSagaWaiter({ sagas: repository, subscription: notifications, log, maxWaits: 10 });
    /** Counts the reads of a second while the saga changes, which resets the interval. */
    const readsIn1s = async (): Promise<number> => {
      repository.reads.length = 0;
      for (let i = 0; i < 10; i++) {
        repository.known.set('next', { mark: `${repository.reads.length} ${i}`, rests: false });
        await jest.advanceTimersByTimeAsync(100);
      }
      return repository.reads.length;
    };
    repository.known.set('lost', moving);
    const lost = waiter.waitFor({ ...waitForOutcome('lost'), timeoutMs: 60_000, isNew: true });
    void waiter.waitFor({ ...waitForOutcome('next'), timeoutMs: 60_000, isNew: true });
    expect(await readsIn1s()).toBeGreaterThan(3);
    notifications.send().opened();
    expect(await readsIn1s()).toBeLessThanOrEqual(2);
    repository.known.set('lost', ended);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await lost).toBe('met');
    expect(await readsIn1s()).toBeGreaterThan(2);
    notifications.send().saved(['another']);
    await readsIn1s();
    expect(await readsIn1s()).toBeLessThanOrEqual(1);
    notifications.send().closed();
    expect(await readsIn1s()).toBeGreaterThan(2);
    waiter.close();
  });

  test('polls at short intervals for the next change, since a step sends no notification', async () => {
    jest.useFakeTimers();
    const repository = sagas();
    const notifications = subscription();
    const waiter = createSagaWaiter({ sagas: repository, subscription: notifications, log, maxWaits: 10 });
    notifications.send().opened();
    repository.known.set('s', moving);
    const wait = waiter.waitFor({ ...waitForOutcome('s'), seenMark: 'a' });
    await jest.advanceTimersByTimeAsync(100);
    repository.known.set('s', { mark: 'b', rests: false });
    await jest.advanceTimersByTimeAsync(200);
    expect(await wait).toBe('met');
  });

  test('keeps the subscription until ten seconds after the last wait', async () => {
    jest.useFakeTimers();
    const notifications = subscription();
    const waiter = createSagaWaiter({ sagas: sagas(), subscription: notifications, log, maxWaits: 10 });
    for (let i = 0; i < 2; i++) {
      void waiter.waitFor(waitForOutcome('s'));
      await jest.advanceTimersByTimeAsync(5_000 + 9_000);
    }
    expect(notifications.calls).toEqual(['resume', 'resume']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(notifications.calls).toEqual(['resume', 'resume', 'pause']);
  });
});
