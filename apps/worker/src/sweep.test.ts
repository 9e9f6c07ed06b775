import { describe, expect, test } from '@jest/globals';
import type { Unheard } from '@crossroads/store';
import { createSweep } from './sweep.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A queue that holds bells by saga, and due sagas in order. */
const world = (due: number, hanging: number) => {
  const sagas: Unheard[] = Array.from({ length: due }, (_, index) => ({ sagaId: String(index).padStart(6, '0'), correlationId: 'c', type: 'reset_order', tenantId: 't', epoch: 0, due: new Date(0) }));
  const bells = new Set(sagas.slice(0, hanging).map(({ sagaId }) => sagaId));
  let rung = 0;
  let again = 0;
  const released: string[] = [];
  const sweep = createSweep({
    sagas: {
      due: async (limit, after) => {
        const from = after ? Number(after.sagaId) + 1 : 0;
        const found = sagas.slice(from, from + limit);
        return { sagas: found, place: found.length === limit ? { nextRunAt: new Date(0), sagaId: found.at(-1)!.sagaId } : undefined };
      },
      orphans: async (_, after) => (after === undefined ? { orphans: [], place: 'living' } : { orphans: [{ orderId: 'order-1', sagaId: 'ended' }], place: undefined }),
    },
    orders: { release: async (orderId) => released.push(orderId) > 0 },
    bells: {
      ringAll: async (rings) => {
        rung += rings.length;
        for (const { sagaId } of rings) bells.add(sagaId);
      },
      count: async () => bells.size,
    },
    log: quiet,
    rungAgain: (bells) => void (again += bells),
  });
  return { sweep, bells, rung: () => rung, again: () => again, released };
};

describe('a sweep', () => {
  test('rings at once for every saga when Redis has lost all of its bells', async () => {
    const { sweep, bells, again } = world(10_000, 0);
    await sweep();
    expect(bells.size).toBe(10_000);
    expect(again()).toBe(10_000);
  });

  test('rings for one page of a backlog whose bells all hang, and goes on from there next time', async () => {
    const { sweep, rung, again } = world(2_500, 2_500);
    await sweep();
    expect(rung()).toBe(1_000);
    await sweep();
    await sweep();
    expect(rung()).toBe(2_500);
    await sweep();
    expect(rung()).toBe(3_500);
    expect(again()).toBe(0);
  });

  test('finds the few bells that were lost deep in a backlog', async () => {
    const { sweep, bells } = world(2_010, 2_000);
    for (let turn = 0; turn < 3; turn++) await sweep();
    expect(bells.size).toBe(2_010);
  });

  test('gives back orders that ended sagas still hold, though they lie behind many that are held rightly', async () => {
    const { sweep, released } = world(0, 0);
    await sweep();
    expect(released).toEqual([]);
    await sweep();
    expect(released).toEqual(['order-1']);
  });
});
