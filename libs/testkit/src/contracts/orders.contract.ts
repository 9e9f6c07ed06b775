import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Orders } from '@crossroads/order-reset';
import { ClaimLost, StopSaga } from '@crossroads/saga';
import { resetRequestFor } from '../memory/reset-world.js';

/** A store of orders under test, with ways in beside the port. */
export interface OrdersUnderTest {
  orders: Orders;
  /** A fresh delivered order between Alpha and Beta: number 4711, at version 7, with two BOLs and one drop. Answers its id. */
  deliver(): Promise<string>;
  /** Somebody else saves a BOL. */
  saveBol(orderId: string, bolNumber: string): Promise<void>;
  /** An operator deletes the order, or its lock, by hand. */
  remove(orderId: string): Promise<void>;
  unlock(orderId: string): Promise<void>;
  /** BOL numbers, count of executed drops, progression, version and the lock, as they are now. */
  look(orderId: string): Promise<{ bols: string[]; drops: number; progression: string; version: number; ownLock: boolean; lock: { saga: string; epoch: number; hasWaiters: boolean } | null }>;
}

/** What the saga relies on in every store of orders, so that the fake and the real one cannot drift apart. */
export const ordersContract = (name: string, open: () => Promise<OrdersUnderTest>): void => {
  describe(`${name} keeps the promises of orders`, () => {
    let world: OrdersUnderTest;
    let orderId: string;
    const first = { sagaId: 'saga-1', epoch: 1 };

    beforeEach(async () => {
      world = await open();
      orderId = await world.deliver();
    });

    const delivered = { bols: ['BOL-1', 'BOL-2'], drops: 1, progression: 'COMPLETE' };
    const cleared = { bols: [], drops: 0, progression: 'COMPLETE', version: 8 };

    test('an order is found by number and by id, and by nobody else', async () => {
      const found = await world.orders.find(resetRequestFor({ order_number: '4711' }));
      expect(found.map(({ order_id }) => order_id)).toEqual([orderId]);
      expect(await world.orders.find(resetRequestFor({ order_id: orderId }))).toEqual(found);
      expect(await world.orders.find({ ...resetRequestFor({ order_id: orderId }), dest_tenant_name: 'Gamma' })).toEqual([]);
      expect(await world.orders.find(resetRequestFor({ order_id: 'not-an-id' }))).toEqual([]);
    });

    test('one saga holds an order, and its own later claims may hold it again', async () => {
      expect(await world.orders.lock(orderId, first)).toBe(true);
      expect(await world.orders.lock(orderId, { sagaId: 'saga-2', epoch: 1 })).toBe(false);
      expect(await world.orders.lock(orderId, { sagaId: 'saga-1', epoch: 2 })).toBe(true);
      expect(await world.orders.lock(orderId, first)).toBe(false);
    });

    test('giving an order back tells whether somebody waits, and can be repeated', async () => {
      await world.orders.lock(orderId, first);
      expect(await world.orders.unlock(orderId, first)).toBe(false);
      await world.orders.lock(orderId, first);
      await world.orders.lock(orderId, { sagaId: 'saga-2', epoch: 1 });
      expect(await world.orders.unlock(orderId, first)).toBe(true);
      expect(await world.orders.unlock(orderId, first)).toBe(false);
    });

    test('who only asks for an order is told of it as well, and changes nothing while nobody has it', async () => {
      await world.orders.requestLock(orderId, { sagaId: 'saga-2' });
      expect(await world.orders.lock(orderId, first)).toBe(true);
      await world.orders.requestLock(orderId, first);
      expect(await world.orders.unlock(orderId, first)).toBe(false);
      await world.orders.lock(orderId, first);
      await world.orders.requestLock(orderId, { sagaId: 'saga-2' });
      expect(await world.orders.unlock(orderId, first)).toBe(true);
    });

    test('who takes an order while it is given back gets it, or is known to wait', async () => {
      for (let time = 0; time < 20; time++) {
        const [holder, next] = [{ sagaId: `saga-${time}`, epoch: 1 }, { sagaId: `saga-${time + 1}`, epoch: 1 }];
        await world.orders.lock(orderId, holder);
        const [taken, hasWaiters] = await Promise.all([world.orders.lock(orderId, next), world.orders.unlock(orderId, holder)]);
        expect(taken || hasWaiters).toBe(true);
      }
    });

    test('deliveries are cleared once, however often it is tried', async () => {
      await world.orders.lock(orderId, first);
      expect(await world.orders.clearDeliveries(orderId, 7, first)).toEqual({ version: 7 });
      expect(await world.orders.clearDeliveries(orderId, 7, first)).toEqual({ version: 7 });
      expect(await world.orders.clearDeliveries(orderId, 8, { ...first, epoch: 2 })).toEqual({ version: 7 });
      expect(await world.look(orderId)).toMatchObject(cleared);
    });

    test('nothing is cleared once the order has moved on', async () => {
      await world.orders.lock(orderId, first);
      await world.saveBol(orderId, 'BOL-3');
      expect(await world.orders.clearDeliveries(orderId, 7, first)).toBe('moved');
      expect(await world.look(orderId)).toMatchObject({ bols: ['BOL-1', 'BOL-2', 'BOL-3'], version: 8 });
    });

    test('a worker whose claim is old writes nothing', async () => {
      await world.orders.lock(orderId, first);
      await world.orders.lock(orderId, { ...first, epoch: 2 });
      await expect(world.orders.clearDeliveries(orderId, 7, first)).rejects.toThrow(ClaimLost);
      await expect(world.orders.resetProgression(orderId, 'COMPLETE', first)).rejects.toThrow(ClaimLost);
      await expect(world.orders.clearDeliveries(orderId, 7, { sagaId: 'saga-2', epoch: 9 })).rejects.toMatchObject({ name: 'StopSaga', code: 'order.not_locked' });
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('what was cleared is put back beside what came since, once', async () => {
      await world.orders.lock(orderId, first);
      const snapshot = await world.orders.snapshot(orderId);
      await world.orders.clearDeliveries(orderId, 7, first);
      await world.saveBol(orderId, 'BOL-3');
      expect(await world.orders.clearedVersion(orderId, first)).toBe(7);
      await world.orders.restoreDeliveries(orderId, snapshot, first);
      await world.orders.restoreDeliveries(orderId, snapshot, first);
      expect(await world.look(orderId)).toMatchObject({ bols: ['BOL-1', 'BOL-2', 'BOL-3'], drops: 1, version: 10 });
    });

    const older = first;
    const newer = { ...first, epoch: 2 };

    test('after a newer claim has seen that nothing was cleared, the clear of an older claim that arrives late matches nothing', async () => {
      await world.orders.lock(orderId, older);
      expect(await world.orders.clearedVersion(orderId, newer)).toBeUndefined();
      await expect(world.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('after a newer claim found nothing to put back, no write of an older claim takes effect', async () => {
      await world.orders.lock(orderId, older);
      const snapshot = await world.orders.snapshot(orderId);
      await world.orders.restoreDeliveries(orderId, snapshot, newer);
      await expect(world.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
      expect(await world.orders.restoreProgression(orderId, { ...first, epoch: 3 })).toBe('not-reset');
      await expect(world.orders.resetProgression(orderId, 'COMPLETE', newer)).rejects.toThrow(ClaimLost);
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('what was put back is not cleared again by the same saga', async () => {
      await world.orders.lock(orderId, older);
      const snapshot = await world.orders.snapshot(orderId);
      await world.orders.clearDeliveries(orderId, 7, older);
      await world.orders.restoreDeliveries(orderId, snapshot, newer);
      expect(await world.orders.clearDeliveries(orderId, 9, newer)).toEqual({ version: 7 });
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 9 });
    });

    test('a saga that has the lock can raise its epoch, and no other saga can', async () => {
      expect(await world.orders.relock(orderId, newer)).toBe(false);
      await world.orders.lock(orderId, older);
      expect(await world.orders.relock(orderId, { sagaId: 'saga-2', epoch: 9 })).toBe(false);
      expect(await world.orders.relock(orderId, newer)).toBe(true);
      expect(await world.orders.relock(orderId, older)).toBe(false);
      await expect(world.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
    });

    const acts: [string, (orders: Orders, id: string) => Promise<unknown>][] = [
      ['a clear', (orders, id) => orders.clearDeliveries(id, 7, first)],
      ['a look at what was cleared', (orders, id) => orders.clearedVersion(id, first)],
      ['a restore of deliveries', async (orders, id) => orders.restoreDeliveries(id, { version: 7, bols: [], executed_drops: [], progression_state: 'COMPLETE', sha256: '' }, first)],
      ['a reset of progression', (orders, id) => orders.resetProgression(id, 'COMPLETE', first)],
      ['a restore of progression', (orders, id) => orders.restoreProgression(id, first)],
      ['an exact restore', (orders, id) => orders.restoreExactly(id, { version: 7, bols: [], executed_drops: [], progression_state: 'COMPLETE', sha256: '' }, 7, first)],
    ];

    test.each(acts)('%s of an order that is not locked any more stops the saga, and does not pass for a newer claim', async (_, act) => {
      await world.orders.lock(orderId, first);
      await world.unlock(orderId);
      await expect(act(world.orders, orderId)).rejects.toMatchObject({ name: StopSaga.name, code: 'order.not_locked' });
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test.each(acts)('%s of an order that was deleted stops the saga', async (_, act) => {
      await world.orders.lock(orderId, first);
      await world.remove(orderId);
      await expect(act(world.orders, orderId)).rejects.toMatchObject({ name: StopSaga.name, code: 'order.gone' });
    });

    test('progression is reset once and remembers what it was', async () => {
      await world.orders.lock(orderId, first);
      expect(await world.orders.resetProgression(orderId, 'LOADING', first)).toEqual({ was: 'COMPLETE' });
      expect(await world.orders.resetProgression(orderId, 'NO_PROGRESS', first)).toEqual({ was: 'COMPLETE' });
      expect(await world.look(orderId)).toMatchObject({ progression: 'NO_PROGRESS', version: 8 });
      await world.orders.restoreProgression(orderId, first);
      await world.orders.restoreProgression(orderId, first);
      expect(await world.look(orderId)).toMatchObject({ progression: 'COMPLETE', version: 9 });
    });

    test('a snapshot is put in place of what stands, once, and only of what was looked at', async () => {
      await world.orders.lock(orderId, first);
      const snapshot = await world.orders.snapshot(orderId);
      await world.saveBol(orderId, 'BOL-3');
      expect(await world.orders.restoreExactly(orderId, snapshot, 7, first)).toBe('moved');
      expect(await world.orders.restoreExactly(orderId, snapshot, 8, first)).toBe('restored');
      expect(await world.orders.restoreExactly(orderId, snapshot, 8, first)).toBe('restored');
      expect(await world.look(orderId)).toMatchObject({ ...delivered, version: 9 });
    });

    test('a snapshot says what it holds in one digest', async () => {
      await world.orders.lock(orderId, first);
      const one = await world.orders.snapshot(orderId);
      expect(one).toMatchObject({ version: 7, progression_state: 'COMPLETE' });
      expect((await world.orders.snapshot(orderId)).sha256).toBe(one.sha256);
      await world.saveBol(orderId, 'BOL-3');
      expect((await world.orders.snapshot(orderId)).sha256).not.toBe(one.sha256);
    });
  });
};
