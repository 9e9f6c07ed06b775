import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Claim, Sagas } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';

export interface SagasUnderTest {
  sagas: Sagas<unknown>;
  /** Accepts a saga of type `reset_order`. Returns its id. */
  accept(): Promise<string>;
  /** Makes the saga due, like the end of a lease or of a delay. */
  makeDue(sagaId: string): Promise<void>;
}

const retrying = { phase: 'retrying', status: 'pending', failures: 1, delayMs: 60_000 } as const;

/** Tests what the kernel expects of every store of sagas. */
export const sagasContract = (name: string, open: () => Promise<SagasUnderTest>): void => {
  describe(`${name} keeps the promises of sagas`, () => {
    let fixture: SagasUnderTest;
    let sagaId: string;

    beforeEach(async () => {
      fixture = await open();
      sagaId = await fixture.accept();
    });

    const claimed = async (): Promise<Claim> => {
      const claim = await fixture.sagas.claim(sagaId);
      if (typeof claim === 'string') throw new Error(`expected a claim, not ${claim}`);
      return claim;
    };

    test('only one of several workers can claim a saga', async () => {
      const claims = await Promise.all(Array.from({ length: 10 }, () => fixture.sagas.claim(sagaId)));
      expect(claims.filter((claim) => claim !== 'not-due')).toMatchObject([{ sagaId, epoch: 1, failures: 0, settledEpoch: 0 }]);
    });

    test('an unknown saga cannot be claimed', async () => {
      expect(await fixture.sagas.claim('unknown')).toBe('not-due');
    });

    test('a saga that waits for its next attempt is not due before', async () => {
      await fixture.sagas.saveState(await claimed(), retrying);
      expect(await fixture.sagas.claim(sagaId)).toBe('not-due');
      await fixture.makeDue(sagaId);
      expect(await fixture.sagas.claim(sagaId)).toMatchObject({ epoch: 2, settledEpoch: 1, failures: 1, phase: 'retrying' });
    });

    test('a lost claim cannot save state', async () => {
      const old = await claimed();
      await fixture.makeDue(sagaId);
      const current = await claimed();
      await expect(fixture.sagas.saveState(old, retrying)).rejects.toThrow(ClaimLost);
      await fixture.sagas.saveState(current, { phase: 'ended', status: 'synced', failures: 0 });
      expect(await fixture.sagas.claim(sagaId)).toBe('not-due');
    });

    test('a message is stored as it is, even one that looks like an instruction', async () => {
      const claim = await claimed();
      await fixture.sagas.saveState(claim, { ...retrying, delayMs: 0, error: { code: '$code', message: '$$NOW {"$set":1}' } });
      expect(await fixture.sagas.claim(sagaId)).toMatchObject({ epoch: 2 });
    });
  });
};
