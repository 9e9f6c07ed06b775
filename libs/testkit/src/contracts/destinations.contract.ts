import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DestinationReply, Destinations, Order, SnapshotInfo } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';

/** A destination under test, with the other end of the line in the test's hands. */
export interface DestinationsUnderTest {
  destinations: Destinations;
  /** An order that can be sent there. */
  order: Order;
  /** What becomes of the next request; `lost`: nobody hears of it again. */
  next(fate: DestinationReply['answer'] | 'lost'): void;
  /** Bodies that arrived at the other end. */
  arrived(): string[];
}

const cleared: SnapshotInfo = { version: 3, sha256: 'ab'.repeat(32), progression_state: 'COMPLETE', bols: 2, executed_drops: 1 };
const ids = { dispatchKey: 'saga-1', correlationId: 'correlation-1' };

/** What the saga relies on in every destination, so that the fake and the real ones cannot drift apart. */
export const destinationsContract = (name: string, open: () => Promise<DestinationsUnderTest>): void => {
  describe(`${name} keeps the promises of destinations`, () => {
    let world: DestinationsUnderTest;
    const { signal } = new AbortController();
    const prepared = () => world.destinations.prepare(world.order, cleared, ids);
    const sent = async () => world.destinations.send(world.order, await prepared(), signal);

    beforeEach(async () => {
      world = await open();
    });

    test('it says beforehand what a refusal will mean', async () => {
      expect(await world.destinations.check(world.order)).toEqual({ on_rejection: 'restore' });
    });

    test('the same order gives the same request, and nothing is sent by preparing it', async () => {
      expect(await prepared()).toEqual(await prepared());
      expect(world.arrived()).toEqual([]);
    });

    test.each(['synced', 'requested', 'rejected'] as const)('an answer that is known is told: %s', async (answer) => {
      world.next(answer);
      expect(await sent()).toEqual({ answer, message: expect.stringMatching(/./), http_status: expect.any(Number), body: expect.any(String) });
      expect(world.arrived()).toEqual([(await prepared()).body]);
    });

    test('what is not known is unavailable, and sent again it is the same', async () => {
      world.next('lost');
      await expect(sent()).rejects.toThrow(RetryableError);
      world.next('synced');
      expect(await sent()).toMatchObject({ answer: 'synced' });
      const [first, second] = world.arrived();
      expect(second).toBe(first);
    });
  });
};
