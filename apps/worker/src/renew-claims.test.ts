import { afterEach, expect, jest, test } from '@jest/globals';
import type { Claim } from '@crossroads/saga';
import type { SagaMetadata, SagaRepository } from '@crossroads/store';
import { silent } from '@crossroads/testkit';
import { renewClaims } from './renew-claims.js';

afterEach(() => void jest.useRealTimers());

/** A repository that grants every claim, and counts renewals. */
const granting = () => {
  const counts = { renewed: 0, released: 0 };
  const repository = {
    claim: async (sagaId: string) => ({ sagaId, epoch: 1 }) as Claim<SagaMetadata>,
    renew: async (claims: readonly unknown[]) => {
      counts.renewed += claims.length;
      return claims.map(() => ({ outcome: 'renewed' as const }));
    },
    release: async () => (counts.released += 1) > 0,
  } as unknown as SagaRepository;
  return { counts, repository };
};

test('a worker checks its claims every second while it has any, and is not woken by a timer otherwise', async () => {
  jest.useFakeTimers();
  const { counts, repository } = granting();
  const { sagas, observer, stop } = renewClaims(repository, { ...silent, debug: () => {} }, 1_000);
  expect(jest.getTimerCount()).toBe(0);
  for (const sagaId of ['one', 'two']) {
    const before = counts.renewed;
    const claim = (await sagas.claim(sagaId)) as Claim<SagaMetadata>;
    await jest.advanceTimersByTimeAsync(3_000);
    expect(counts.renewed - before).toBe(3);
    observer.executionEnded?.(claim, false);
    await jest.advanceTimersByTimeAsync(2_000);
    expect([counts.renewed - before, jest.getTimerCount()]).toEqual([3, 0]);
  }
  expect(counts.released).toBe(2);
  await stop();
});
