import { describe, expect, test } from '@jest/globals';
import { collections } from '@crossroads/store';
import type { DestinationHarness } from './destination-harness.js';
import { assertAuthentic, keyOf } from './destination-harness.js';

/** Checks what must be true of every request and of the worker after all tests of a file. `leastRequests`: fewer would prove nothing. */
export const describeEveryRequest = (harness: () => DestinationHarness, leastRequests: number): void => {
  describe('after all tests', () => {
    test('I4: the requests of a saga have one key and one body, and the destination can verify their sender', () => {
      const resets = harness().destinations.flatMap((destination) => destination.resets.map((reset) => ({ ...reset, to: destination.instance._id })));
      expect(resets.length).toBeGreaterThan(leastRequests);
      const bodies = new Map<string, Set<string>>();
      for (const reset of resets) {
        assertAuthentic(reset);
        const key = `${reset.to} ${keyOf(reset)}`;
        bodies.set(key, (bodies.get(key) ?? new Set()).add(reset.body));
      }
      expect([...bodies.values()].filter(({ size }) => size !== 1)).toEqual([]);
    });

    test('I12: the worker has neither restarted nor failed with a bug, and neither its output nor the log contains a secret', async () => {
      expect(harness().worker.exitCode).toBeNull();
      expect(harness().output()).not.toMatch(/unhandled|uncaught/i);
      const stored = JSON.stringify(await harness().store.connection.db!.collection(collections.logs).find({}).toArray());
      for (const secret of harness().secrets) {
        expect(harness().output()).not.toContain(secret);
        expect(stored).not.toContain(secret);
      }
      expect(await harness().store.connection.db!.collection(collections.logs).countDocuments({ $or: [{ 'step.outcome': 'failed' }, { 'detail.error': 'saga.bug' }] })).toBe(0);
    });
  });
};
