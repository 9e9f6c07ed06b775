import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DestinationReply, Destinations, Order, SnapshotInfo } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';

/** A destination under test, whose responses the test controls. */
export interface DestinationsUnderTest {
  destinations: Destinations;
  /** An order that can be sent there. */
  order: Order;
  /** Sets the result of the next request. `lost`: no response arrives. `conflict`: HTTP 409. */
  next(fate: DestinationReply['answer'] | 'lost' | 'conflict'): void;
  /** Returns the bodies that the destination received. */
  arrived(): string[];
}

const cleared: SnapshotInfo = { version: 3, sha256: 'ab'.repeat(32), progression_state: 'COMPLETE', bols: 2, executed_drops: 1 };
const ids = { dispatchKey: 'saga-1', correlationId: 'correlation-1' };

/** Tests what the saga expects of every destination, so that fake and real ones behave alike. */
export const destinationsContract = (name: string, open: () => Promise<DestinationsUnderTest>): void => {
  describe(`${name} keeps the promises of destinations`, () => {
    let fixture: DestinationsUnderTest;
    const { signal } = new AbortController();
    const prepared = () => fixture.destinations.prepare(fixture.order, cleared, ids);
    const sent = async (isRepeated = false) => {
      const request = await prepared();
      return fixture.destinations.send(fixture.order, async () => ({ request, isRepeated }), signal);
    };

    beforeEach(async () => {
      fixture = await open();
    });

    test('`check` returns what follows a rejection', async () => {
      expect(await fixture.destinations.check(fixture.order)).toEqual({ on_rejection: 'restore' });
    });

    test('`prepare` returns the same request for the same order, and sends nothing', async () => {
      expect(await prepared()).toEqual(await prepared());
      expect(fixture.arrived()).toEqual([]);
    });

    test.each(['synced', 'requested', 'rejected'] as const)('`send` returns a known answer: %s', async (answer) => {
      fixture.next(answer);
      expect(await sent()).toEqual({ answer, message: expect.stringMatching(/./), http_status: expect.any(Number), body: expect.any(String) });
      expect(fixture.arrived()).toEqual([(await prepared()).body]);
    });

    test('`send` sends the request that `begin` returns, and calls `begin` once', async () => {
      fixture.next('synced');
      const request = { ...(await prepared()), body: '{"stored":true}' };
      let calls = 0;
      const begin = async () => {
        calls += 1;
        return { request, isRepeated: false };
      };
      await fixture.destinations.send(fixture.order, begin, signal);
      expect(fixture.arrived()).toEqual([request.body]);
      expect(calls).toBe(1);
    });

    test('a conflict rejects the first request, and is a retryable error for a repeated one', async () => {
      fixture.next('conflict');
      expect(await sent()).toMatchObject({ answer: 'rejected' });
      fixture.next('conflict');
      await expect(sent(true)).rejects.toMatchObject({ constructor: RetryableError, code: 'destination.conflict' });
    });

    test('a lost response is a retryable error, and the retry has the same body', async () => {
      fixture.next('lost');
      await expect(sent()).rejects.toThrow(RetryableError);
      fixture.next('synced');
      expect(await sent()).toMatchObject({ answer: 'synced' });
      const [first, second] = fixture.arrived();
      expect(second).toBe(first);
    });
  });
};
