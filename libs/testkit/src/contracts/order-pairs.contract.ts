import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LockOwner, Orders, Snapshot } from '@crossroads/order-reset';
import { seeded } from '../memory/clock-and-random.js';
import { resetFixture } from '../memory/reset-fixture.js';
import type { OrdersUnderTest } from './orders.contract.js';

type Act = (orders: Orders, orderId: string, owner: LockOwner, version: number) => Promise<unknown>;

const saved: Snapshot = { version: 7, bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }], executed_drops: [{ site: 'site-104' }], progression_state: 'COMPLETE', sha256: '' };

/** Every method of the port that a claim may call, with the current version of the order and with an old one. */
const acts: Record<string, Act> = {
  lock: (orders, id, owner) => orders.lock(id, owner),
  relock: (orders, id, owner) => orders.relock(id, owner),
  requestLock: (orders, id, owner) => orders.requestLock(id, owner),
  isRequested: (orders, id, owner) => orders.isRequested(id, owner),
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

/** What the claim of epoch 1 has done before. */
const before: Record<string, (orders: Orders, orderId: string, first: LockOwner) => Promise<unknown>> = {
  'an unlocked order': async () => undefined,
  'an order just locked': (orders, id, first) => orders.lock(id, first),
  'an order that a deleted saga locked': (orders, id) => orders.lock(id, { sagaId: `deleted-${id}`, epoch: 5 }),
  'a cleared order': async (orders, id, first) => {
    await orders.lock(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
  },
  'a restored order': async (orders, id, first) => {
    await orders.lock(id, first);
    await orders.clearDeliveries(id, 7, first);
    await orders.resetProgression(id, 'COMPLETE', first);
    await orders.restoreProgression(id, first);
    await orders.restoreDeliveries(id, saved, first);
  },
};

/** The claim that acts after the claim of epoch 2: an older claim of the same saga, the same claim again, another saga. */
const later: Record<string, LockOwner> = { 'an older claim': first, 'the same claim': { sagaId: 'saga-1', epoch: 2 }, 'another saga': { sagaId: 'saga-2', epoch: 1 } };

/** Returns the value, or name and code of the error. */
const outcomeOf = async (act: Promise<unknown>): Promise<unknown> => {
  try {
    return (await act) ?? 'nothing';
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return code === undefined ? name : `${name} ${code}`;
  }
};

/**
 * Compares the fake with a store: after the same calls of two claims, results and orders must be equal.
 * All methods are called after all methods. Longer histories come from seeds.
 */
export const orderPairsContract = (name: string, open: () => Promise<OrdersUnderTest>): void => {
  /** Runs a history on one of the two. Returns every result and the final order. */
  const play = async ({ orders, deliver, look, saveBol, saga }: OrdersUnderTest, prepare: keyof typeof before, history: readonly (readonly [string, LockOwner])[]): Promise<unknown[]> => {
    const orderId = await deliver();
    // Histories run at the same time, so each order has sagas of its own.
    const own = ({ sagaId, epoch }: LockOwner): LockOwner => ({ sagaId: `${sagaId}-${orderId}`, epoch });
    for (const { sagaId } of Object.values(later)) await saga(own({ sagaId, epoch: 0 }).sagaId, 'running');
    await before[prepare]!(orders, orderId, own(first));
    const outcomes: unknown[] = [];
    for (const [act, owner] of history) {
      if (act === 'saveBol') await saveBol(orderId, `BOL-${outcomes.length}`);
      else if (act === 'end') await saga(own(owner).sagaId, 'ended');
      else outcomes.push([act, owner, await outcomeOf(acts[act]!(orders, orderId, own(owner), (await look(orderId)).version))]);
    }
    const { lock, ...order } = await look(orderId);
    return [...outcomes, order, lock && { ...lock, saga: lock.saga.replace(`-${orderId}`, '') }];
  };

  describe(`${name} and the orders in memory behave alike`, () => {
    let fixture: OrdersUnderTest;
    beforeAll(async () => {
      fixture = await open();
    });
    const both = async (prepare: keyof typeof before, history: readonly (readonly [string, LockOwner])[]): Promise<void> => {
      expect(await play(fixture, prepare, history)).toEqual(await play(ordersInMemory(), prepare, history));
    };

    test.each(Object.keys(before).flatMap((prepare) => Object.keys(later).map((who) => [prepare, who] as const)))('%s: after a newer claim has acted, %s has the same results on both', async (prepare, who) => {
      const names = Object.keys(acts);
      for (const newer of names) await Promise.all([...names, 'end'].flatMap((older) => [both(prepare, [[newer, { sagaId: 'saga-1', epoch: 2 }], [older, later[who]!]]), both(prepare, [[newer, { sagaId: 'saga-1', epoch: 2 }], ['end', first], [older, later[who]!]])]));
    });

    test('longer histories of several sagas and a BOL writer have the same results', async () => {
      const playSeed = (seed: number): Promise<void> => {
        const random = seeded(seed);
        const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
        const history = Array.from({ length: 8 }, () => [oneOf([...Object.keys(acts), 'saveBol', 'end']), { sagaId: `saga-${1 + Math.floor(random() * 1.6)}`, epoch: 1 + Math.floor(random() * 3) }] as const);
        return both(oneOf(Object.keys(before)), history);
      };
      await Promise.all(Array.from({ length: 60 }, (_, seed) => playSeed(seed)));
    });
  });
};

/** Creates the orders in memory as a store under test. */
export const ordersInMemory = (): OrdersUnderTest => {
  const { orders, order, sagas, submit } = resetFixture();
  return {
    orders,
    deliver: async () => order.order.order_id,
    saveBol: async (orderId, bol_number) => orders.saveBol(orderId, { bol_number }),
    remove: async (orderId) => void orders.documents.delete(orderId),
    unlock: async (orderId) => void delete orders.documents.get(orderId)!.lock,
    saga: async (sagaId, phase) => {
      if (!sagas.sagas.has(sagaId)) submit(sagaId);
      sagas.sagas.get(sagaId)!.phase = phase;
    },
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
