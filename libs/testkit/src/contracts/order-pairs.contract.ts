import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LockOwner, Orders, Snapshot } from '@crossroads/order-reset';
import { seeded } from '../memory/seeded.js';
import { resetWorld } from '../memory/reset-world.js';
import type { OrdersUnderTest } from './orders.contract.js';

type Act = (orders: Orders, orderId: string, owner: LockOwner, version: number) => Promise<unknown>;

const saved: Snapshot = { version: 7, bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE', sha256: '' };

/** Every method of the port that a claim may call, at the version the order has now and at one it had. */
const acts: Record<string, Act> = {
  lock: (orders, id, owner) => orders.lock(id, owner),
  relock: (orders, id, owner) => orders.relock(id, owner),
  requestLock: (orders, id, owner) => orders.requestLock(id, owner),
  unlock: (orders, id, owner) => orders.unlock(id, owner),
  clearDeliveries: (orders, id, owner, version) => orders.clearDeliveries(id, version, owner),
  'clearDeliveries of an old version': (orders, id, owner) => orders.clearDeliveries(id, 7, owner),
  clearedVersion: (orders, id, owner) => orders.clearedVersion(id, owner),
  restoreDeliveries: (orders, id, owner) => orders.restoreDeliveries(id, saved, owner),
  resetProgression: (orders, id, owner) => orders.resetProgression(id, 'COMPLETE', owner),
  restoreProgression: (orders, id, owner) => orders.restoreProgression(id, owner),
  restoreExactly: (orders, id, owner, version) => orders.restoreExactly(id, saved, version, owner),
  'restoreExactly over an old version': (orders, id, owner) => orders.restoreExactly(id, saved, 7, owner),
};

const first = { sagaId: 'saga-1', epoch: 1 };

/** What the claim of epoch 1 had done before. */
const before: Record<string, (orders: Orders, orderId: string) => Promise<unknown>> = {
  'an unlocked order': async () => undefined,
  'an order just locked': (orders, id) => orders.lock(id, first),
  'a cleared order': async (orders, id) => {
    await orders.lock(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
  },
  'a restored order': async (orders, id) => {
    await orders.lock(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
    await orders.restoreProgression(id, first);
    await orders.restoreDeliveries(id, saved, first);
  },
};

/** Who acts after the claim of epoch 2 has acted: an older claim of the same saga, the same claim again, another saga. */
const later: Record<string, LockOwner> = { 'an older claim': first, 'the same claim': { sagaId: 'saga-1', epoch: 2 }, 'another saga': { sagaId: 'saga-2', epoch: 1 } };

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
  const played = async ({ orders, deliver, look, saveBol }: OrdersUnderTest, prepare: keyof typeof before, history: readonly (readonly [string, LockOwner])[]): Promise<unknown[]> => {
    const orderId = await deliver();
    await before[prepare]!(orders, orderId);
    const came: unknown[] = [];
    for (const [act, owner] of history) {
      if (act === 'saveBol') await saveBol(orderId, `BOL-${came.length}`);
      else came.push([act, owner, await outcomeOf(acts[act]!(orders, orderId, owner, (await look(orderId)).version))]);
    }
    return [...came, await look(orderId)];
  };

  describe(`${name} and the orders in memory are alike`, () => {
    let world: OrdersUnderTest;
    beforeAll(async () => {
      world = await open();
    });
    const both = async (prepare: keyof typeof before, history: readonly (readonly [string, LockOwner])[]): Promise<void> => {
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
    unlock: async (orderId) => void delete orders.documents.get(orderId)!.lock,
    look: async () => ({
      bols: order.bols.map((bol) => (bol as { bol_number: string }).bol_number),
      drops: order.executed_drops.length,
      progression: order.progression_state,
      version: order.version,
      ownLock: order.lock !== undefined,
      lock: order.lock ? { saga: order.lock.sagaId, epoch: order.lock.epoch, hasWaiters: order.lock.hasWaiters ?? false } : null,
    }),
  };
};
