import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Hold, Orders, Snapshot } from '@crossroads/order-reset';
import { seeded } from '../model/seeded.js';
import { resetWorld } from '../reset-world.js';
import type { OrdersUnderTest } from './orders.contract.js';

type Act = (orders: Orders, orderId: string, hold: Hold, version: number) => Promise<unknown>;

const saved: Snapshot = { version: 7, bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE', sha256: '' };

/** Every method of the port that a claim may call, at the version the order has now and at one it had. */
const acts: Record<string, Act> = {
  hold: (orders, id, hold) => orders.hold(id, hold),
  holdAgain: (orders, id, hold) => orders.holdAgain(id, hold),
  askFor: (orders, id, hold) => orders.askFor(id, hold),
  release: (orders, id, hold) => orders.release(id, hold),
  clearDeliveries: (orders, id, hold, version) => orders.clearDeliveries(id, version, hold),
  'clearDeliveries of an old version': (orders, id, hold) => orders.clearDeliveries(id, 7, hold),
  clearedVersion: (orders, id, hold) => orders.clearedVersion(id, hold),
  restoreDeliveries: (orders, id, hold) => orders.restoreDeliveries(id, saved, hold),
  resetProgression: (orders, id, hold) => orders.resetProgression(id, 'COMPLETE', hold),
  restoreProgression: (orders, id, hold) => orders.restoreProgression(id, hold),
  restoreExactly: (orders, id, hold, version) => orders.restoreExactly(id, saved, version, hold),
  'restoreExactly over an old version': (orders, id, hold) => orders.restoreExactly(id, saved, 7, hold),
};

const first = { sagaId: 'saga-1', epoch: 1 };

/** What the claim of epoch 1 had done before. */
const before: Record<string, (orders: Orders, orderId: string) => Promise<unknown>> = {
  'an unlocked order': async () => undefined,
  'an order just locked': (orders, id) => orders.hold(id, first),
  'a cleared order': async (orders, id) => {
    await orders.hold(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
  },
  'a restored order': async (orders, id) => {
    await orders.hold(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
    await orders.restoreProgression(id, first);
    await orders.restoreDeliveries(id, saved, first);
  },
};

/** Who acts after the claim of epoch 2 has acted: an older claim of the same saga, the same claim again, another saga. */
const later: Record<string, Hold> = { 'an older claim': first, 'the same claim': { sagaId: 'saga-1', epoch: 2 }, 'another saga': { sagaId: 'saga-2', epoch: 1 } };

/** A value, or the kind of the refusal. */
const outcomeOf = async (act: Promise<unknown>): Promise<unknown> => {
  try {
    return (await act) ?? 'nothing';
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return code === undefined ? name : `${name} ${code}`;
  }
};

/**
 * Holds the fake to the store: whatever one claim does after another has acted, both answer alike and leave the order alike.
 * The pairs come from a table, all methods by all methods, and longer histories from seeds. What the fake refuses and the store allows fails here.
 */
export const orderPairsContract = (name: string, open: () => Promise<OrdersUnderTest>): void => {
  /** Plays a history on one of the two; answers all that came of it. */
  const played = async ({ orders, deliver, look, saveBol }: OrdersUnderTest, prepare: keyof typeof before, history: readonly (readonly [string, Hold])[]): Promise<unknown[]> => {
    const orderId = await deliver();
    await before[prepare]!(orders, orderId);
    const came: unknown[] = [];
    for (const [act, hold] of history) {
      if (act === 'saveBol') await saveBol(orderId, `BOL-${came.length}`);
      else came.push([act, hold, await outcomeOf(acts[act]!(orders, orderId, hold, (await look(orderId)).version))]);
    }
    return [...came, await look(orderId)];
  };

  describe(`${name} and the orders in memory are alike`, () => {
    let world: OrdersUnderTest;
    beforeAll(async () => {
      world = await open();
    });
    const both = async (prepare: keyof typeof before, history: readonly (readonly [string, Hold])[]): Promise<void> => {
      expect(await played(world, prepare, history)).toEqual(await played(ordersInMemory(), prepare, history));
    };

    test.each(Object.keys(before).flatMap((prepare) => Object.keys(later).map((who) => [prepare, who] as const)))('%s: after a newer claim has acted, %s may do the same on both', async (prepare, who) => {
      const names = Object.keys(acts);
      for (const newer of names) await Promise.all(names.map((older) => both(prepare, [[newer, { sagaId: 'saga-1', epoch: 2 }], [older, later[who]!]])));
    });

    test('longer histories of three sagas and a BOL writer come out alike', async () => {
      const play = (seed: number): Promise<void> => {
        const random = seeded(seed);
        const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
        const history = Array.from({ length: 8 }, () => [oneOf([...Object.keys(acts), 'saveBol']), { sagaId: `saga-${1 + Math.floor(random() * 1.6)}`, epoch: 1 + Math.floor(random() * 3) }] as const);
        return both(oneOf(Object.keys(before)), history);
      };
      await Promise.all(Array.from({ length: 60 }, (_, seed) => play(seed)));
    });
  });
};

/** The fake, with the same ways in as any store of orders. */
export const ordersInMemory = (): OrdersUnderTest => {
  const { orders, order } = resetWorld();
  return {
    orders,
    deliver: async () => order.order.order_id,
    saveBol: async (orderId, bol_number) => orders.saveBol(orderId, { bol_number }),
    remove: async (orderId) => void orders.documents.delete(orderId),
    unlock: async (orderId) => void delete orders.documents.get(orderId)!.fence,
    look: async () => ({
      bols: order.bols.map((bol) => (bol as { bol_number: string }).bol_number),
      drops: order.executed_drops.length,
      progression: order.progression_state,
      version: order.version,
      fenced: order.fence !== undefined,
      lock: order.fence ? { saga: order.fence.sagaId, epoch: order.fence.epoch, awaited: order.fence.awaited ?? false } : null,
    }),
  };
};
