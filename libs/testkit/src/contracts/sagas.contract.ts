import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Claim, Sagas } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';

export interface SagasUnderTest {
  sagas: Sagas<unknown>;
  /** Accepts a saga of type `reset_order` and answers its id. */
  accept(): Promise<string>;
  /** Makes the saga due, as the end of a lease or of a rest would. */
  makeDue(sagaId: string): Promise<void>;
}

const resting = { phase: 'retrying', status: 'pending', failures: 1, delayMs: 60_000 } as const;

/** What the kernel relies on in every store of sagas. */
export const sagasContract = (name: string, open: () => Promise<SagasUnderTest>): void => {
  describe(`${name} keeps the promises of sagas`, () => {
    let world: SagasUnderTest;
    let sagaId: string;

    beforeEach(async () => {
      world = await open();
      sagaId = await world.accept();
    });

    const claimed = async (): Promise<Claim> => {
      const claim = await world.sagas.claim(sagaId);
      if (typeof claim === 'string') throw new Error(`expected a claim, not ${claim}`);
      return claim;
    };

    test('a saga is claimed by one worker, whoever else hears the bell', async () => {
      const claims = await Promise.all(Array.from({ length: 10 }, () => world.sagas.claim(sagaId)));
      expect(claims.filter((claim) => claim !== 'not-due')).toMatchObject([{ sagaId, epoch: 1, failures: 0, settledEpoch: 0 }]);
    });

    test('an unknown saga cannot be claimed', async () => {
      expect(await world.sagas.claim('nobody')).toBe('not-due');
    });

    test('a resting saga is not due before its time', async () => {
      await world.sagas.saveState(await claimed(), resting);
      expect(await world.sagas.claim(sagaId)).toBe('not-due');
      await world.makeDue(sagaId);
      expect(await world.sagas.claim(sagaId)).toMatchObject({ epoch: 2, settledEpoch: 1, failures: 1, phase: 'retrying' });
    });

    test('a claim that was taken over settles nothing', async () => {
      const old = await claimed();
      await world.makeDue(sagaId);
      const current = await claimed();
      await expect(world.sagas.saveState(old, resting)).rejects.toThrow(ClaimLost);
      await world.sagas.saveState(current, { phase: 'ended', status: 'synced', failures: 0 });
      expect(await world.sagas.claim(sagaId)).toBe('not-due');
    });

    test('a message is stored as it is, even one that looks like an instruction', async () => {
      const claim = await claimed();
      await world.sagas.saveState(claim, { ...resting, delayMs: 0, error: { code: '$code', message: '$$NOW {"$set":1}' } });
      expect(await world.sagas.claim(sagaId)).toMatchObject({ epoch: 2 });
    });
  });
};
