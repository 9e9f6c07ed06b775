import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Orders } from '@crossroads/order-reset';
import { ClaimLost, StopSaga } from '@crossroads/saga';
import { resetRequestFor } from '../memory/reset-fixture.js';

/** A store of orders under test, with methods in addition to the port. */
export interface OrdersUnderTest {
  orders: Orders;
  /** Stores a delivered order between Alpha and Beta: number 4711, version 7, two BOLs and one drop. Returns its id. */
  deliver(): Promise<string>;
  /** Saves a BOL as another writer does. */
  saveBol(orderId: string, bolNumber: string): Promise<void>;
  /** Deletes the order, or its lock, as an operator does by hand. */
  remove(orderId: string): Promise<void>;
  unlock(orderId: string): Promise<void>;
  /** Stores a saga in this phase, or changes its phase. */
  saga(sagaId: string, phase: 'running' | 'ended'): Promise<void>;
  /** Returns BOL numbers, number of executed drops, progression, version and lock. */
  look(orderId: string): Promise<{ bols: string[]; drops: number; progression: string; version: number; ownLock: boolean; lock: { saga: string; epoch: number; hasWaiters: boolean } | null }>;
}

/** Tests what the saga expects of every store of orders, so that fake and real ones behave alike. */
export const ordersContract = (name: string, open: () => Promise<OrdersUnderTest>): void => {
  describe(`${name} keeps the promises of orders`, () => {
    let fixture: OrdersUnderTest;
    let orderId: string;
    const first = { sagaId: 'saga-1', epoch: 1 };

    beforeEach(async () => {
      fixture = await open();
      orderId = await fixture.deliver();
      for (const sagaId of ['saga-1', 'saga-2', 'saga-3']) await fixture.saga(sagaId, 'running');
    });

    const delivered = { bols: ['BOL-1', 'BOL-2'], drops: 1, progression: 'COMPLETE' };
    const cleared = { bols: [], drops: 0, progression: 'COMPLETE', version: 8 };

    test('an order is found by number and by id, and only by its own tenants', async () => {
      const found = await fixture.orders.find(resetRequestFor({ order_number: '4711' }));
      expect(found.map(({ order_id }) => order_id)).toEqual([orderId]);
      expect(await fixture.orders.find(resetRequestFor({ order_id: orderId }))).toEqual(found);
      expect(await fixture.orders.find({ ...resetRequestFor({ order_id: orderId }), dest_tenant_name: 'Gamma' })).toEqual([]);
      expect(await fixture.orders.find(resetRequestFor({ order_id: 'not-an-id' }))).toEqual([]);
    });

    test('one saga locks an order, and its own later claims can lock it again', async () => {
      expect(await fixture.orders.lock(orderId, first)).toBe(true);
      expect(await fixture.orders.lock(orderId, { sagaId: 'saga-2', epoch: 1 })).toBe(false);
      expect(await fixture.orders.lock(orderId, { sagaId: 'saga-1', epoch: 2 })).toBe(true);
      expect(await fixture.orders.lock(orderId, first)).toBe(false);
    });

    const second = { sagaId: 'saga-2', epoch: 1 };
    const third = { sagaId: 'saga-3', epoch: 1 };

    test('the lock of an ended saga is free, and so is that of a saga that does not exist', async () => {
      await fixture.orders.lock(orderId, { sagaId: `deleted-${orderId}`, epoch: 4 });
      expect(await fixture.orders.lock(orderId, first)).toBe(true);
      await fixture.saga('saga-1', 'ended');
      expect(await fixture.orders.lock(orderId, second)).toBe(true);
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7, lock: { saga: 'saga-2', epoch: 1, hasWaiters: false } });
    });

    test('an ended saga whose lock another saga has taken cannot lock the order again', async () => {
      await fixture.orders.lock(orderId, first);
      await fixture.saga('saga-1', 'ended');
      await fixture.orders.lock(orderId, second);
      expect(await fixture.orders.lock(orderId, { ...first, epoch: 2 })).toBe(false);
      await expect(fixture.orders.clearDeliveries(orderId, 7, { ...first, epoch: 2 })).rejects.toMatchObject({ code: 'order.not_locked' });
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7, lock: { saga: 'saga-2' } });
    });

    test('another saga that takes the lock removes the markers of applied effects', async () => {
      await fixture.orders.lock(orderId, first);
      await fixture.orders.clearDeliveries(orderId, 7, first);
      await fixture.saga('saga-1', 'ended');
      await fixture.orders.lock(orderId, second);
      expect(await fixture.orders.clearedVersion(orderId, second)).toBeUndefined();
      expect(await fixture.orders.clearDeliveries(orderId, 8, second)).toEqual({ version: 8 });
    });

    test('isRequested returns whether another saga waits for the lock or has it', async () => {
      expect(await fixture.orders.isRequested(orderId, first)).toBe(false);
      await fixture.orders.lock(orderId, first);
      expect(await fixture.orders.isRequested(orderId, first)).toBe(false);
      await fixture.orders.lock(orderId, second);
      expect(await fixture.orders.isRequested(orderId, first)).toBe(true);
      await fixture.saga('saga-1', 'ended');
      await fixture.orders.lock(orderId, third);
      expect(await fixture.orders.isRequested(orderId, first)).toBe(true);
      expect(await fixture.orders.isRequested(orderId, third)).toBe(false);
    });

    test('requestLock registers a waiter, and changes nothing while no other saga has the lock', async () => {
      await fixture.orders.requestLock(orderId, second);
      expect(await fixture.orders.lock(orderId, first)).toBe(true);
      await fixture.orders.requestLock(orderId, first);
      expect(await fixture.orders.isRequested(orderId, first)).toBe(false);
      await fixture.orders.requestLock(orderId, second);
      expect(await fixture.orders.isRequested(orderId, first)).toBe(true);
    });

    test('a saga that locks an order while its owner ends gets the lock or is a registered waiter', async () => {
      for (let time = 0; time < 20; time++) {
        const [owner, next] = [0, 1].map((more) => ({ sagaId: `${orderId}-${time + more}`, epoch: 1 })) as [typeof first, typeof first];
        await fixture.saga(owner.sagaId, 'running');
        await fixture.orders.lock(orderId, owner);
        const ended = fixture.saga(owner.sagaId, 'ended').then(() => fixture.orders.isRequested(orderId, owner));
        const [taken, isRequested] = await Promise.all([fixture.orders.lock(orderId, next), ended]);
        expect(taken || isRequested).toBe(true);
      }
    });

    test('only one of two sagas takes the lock of an ended saga', async () => {
      for (let time = 0; time < 20; time++) {
        const owner = { sagaId: `${orderId}-owner-${time}`, epoch: 1 };
        await fixture.orders.lock(orderId, owner);
        const rivals = ['a', 'b'].map((name) => ({ sagaId: `${orderId}-${name}-${time}`, epoch: 1 }));
        for (const { sagaId } of rivals) await fixture.saga(sagaId, 'running');
        const taken = await Promise.all(rivals.map((rival) => fixture.orders.lock(orderId, rival)));
        expect(taken.filter(Boolean)).toHaveLength(1);
        for (const { sagaId } of rivals) await fixture.saga(sagaId, 'ended');
      }
    });

    test('deliveries are cleared once, however often it is tried', async () => {
      await fixture.orders.lock(orderId, first);
      expect(await fixture.orders.clearDeliveries(orderId, 7, first)).toEqual({ version: 7 });
      expect(await fixture.orders.clearDeliveries(orderId, 7, first)).toEqual({ version: 7 });
      expect(await fixture.orders.clearDeliveries(orderId, 8, { ...first, epoch: 2 })).toEqual({ version: 7 });
      expect(await fixture.look(orderId)).toMatchObject(cleared);
    });

    test('nothing is cleared after the order has changed', async () => {
      await fixture.orders.lock(orderId, first);
      await fixture.saveBol(orderId, 'BOL-3');
      expect(await fixture.orders.clearDeliveries(orderId, 7, first)).toBe('moved');
      expect(await fixture.look(orderId)).toMatchObject({ bols: ['BOL-1', 'BOL-2', 'BOL-3'], version: 8 });
    });

    test('a worker with an old claim cannot write', async () => {
      await fixture.orders.lock(orderId, first);
      await fixture.orders.lock(orderId, { ...first, epoch: 2 });
      await expect(fixture.orders.clearDeliveries(orderId, 7, first)).rejects.toThrow(ClaimLost);
      await expect(fixture.orders.resetProgression(orderId, 'COMPLETE', first)).rejects.toThrow(ClaimLost);
      await expect(fixture.orders.clearDeliveries(orderId, 7, { sagaId: 'saga-2', epoch: 9 })).rejects.toMatchObject({ name: 'StopSaga', code: 'order.not_locked' });
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('cleared deliveries are restored once, in addition to new ones', async () => {
      await fixture.orders.lock(orderId, first);
      const snapshot = await fixture.orders.snapshot(orderId);
      await fixture.orders.clearDeliveries(orderId, 7, first);
      await fixture.saveBol(orderId, 'BOL-3');
      expect(await fixture.orders.clearedVersion(orderId, first)).toBe(7);
      await fixture.orders.restoreDeliveries(orderId, snapshot, first);
      await fixture.orders.restoreDeliveries(orderId, snapshot, first);
      expect(await fixture.look(orderId)).toMatchObject({ bols: ['BOL-1', 'BOL-2', 'BOL-3'], drops: 1, version: 10 });
    });

    const older = first;
    const newer = { ...first, epoch: 2 };

    test('after a newer claim has seen that nothing was cleared, the clear of an older claim that arrives late matches nothing', async () => {
      await fixture.orders.lock(orderId, older);
      expect(await fixture.orders.clearedVersion(orderId, newer)).toBeUndefined();
      await expect(fixture.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('after a newer claim found nothing to restore, no write of an older claim takes effect', async () => {
      await fixture.orders.lock(orderId, older);
      const snapshot = await fixture.orders.snapshot(orderId);
      await fixture.orders.restoreDeliveries(orderId, snapshot, newer);
      await expect(fixture.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
      expect(await fixture.orders.restoreProgression(orderId, { ...first, epoch: 3 })).toBe('not-reset');
      await expect(fixture.orders.resetProgression(orderId, 'COMPLETE', newer)).rejects.toThrow(ClaimLost);
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test('restored deliveries are not cleared again by the same saga', async () => {
      await fixture.orders.lock(orderId, older);
      const snapshot = await fixture.orders.snapshot(orderId);
      await fixture.orders.clearDeliveries(orderId, 7, older);
      await fixture.orders.restoreDeliveries(orderId, snapshot, newer);
      expect(await fixture.orders.clearDeliveries(orderId, 9, newer)).toEqual({ version: 7 });
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 9 });
    });

    test('a saga that has the lock can raise its epoch, and no other saga can', async () => {
      expect(await fixture.orders.relock(orderId, newer)).toBe(false);
      await fixture.orders.lock(orderId, older);
      expect(await fixture.orders.relock(orderId, { sagaId: 'saga-2', epoch: 9 })).toBe(false);
      expect(await fixture.orders.relock(orderId, newer)).toBe(true);
      expect(await fixture.orders.relock(orderId, older)).toBe(false);
      await expect(fixture.orders.clearDeliveries(orderId, 7, older)).rejects.toThrow(ClaimLost);
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
      await fixture.orders.lock(orderId, first);
      await fixture.unlock(orderId);
      await expect(act(fixture.orders, orderId)).rejects.toMatchObject({ name: StopSaga.name, code: 'order.not_locked' });
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 7 });
    });

    test.each(acts)('%s of an order that was deleted stops the saga', async (_, act) => {
      await fixture.orders.lock(orderId, first);
      await fixture.remove(orderId);
      await expect(act(fixture.orders, orderId)).rejects.toMatchObject({ name: StopSaga.name, code: 'order.gone' });
    });

    test('progression is reset once, and its old value is kept', async () => {
      await fixture.orders.lock(orderId, first);
      expect(await fixture.orders.resetProgression(orderId, 'LOADING', first)).toEqual({ was: 'COMPLETE' });
      expect(await fixture.orders.resetProgression(orderId, 'NO_PROGRESS', first)).toEqual({ was: 'COMPLETE' });
      expect(await fixture.look(orderId)).toMatchObject({ progression: 'NO_PROGRESS', version: 8 });
      await fixture.orders.restoreProgression(orderId, first);
      await fixture.orders.restoreProgression(orderId, first);
      expect(await fixture.look(orderId)).toMatchObject({ progression: 'COMPLETE', version: 9 });
    });

    test('a snapshot replaces the order’s data once, and only at the version that was read', async () => {
      await fixture.orders.lock(orderId, first);
      const snapshot = await fixture.orders.snapshot(orderId);
      await fixture.saveBol(orderId, 'BOL-3');
      expect(await fixture.orders.restoreExactly(orderId, snapshot, 7, first)).toBe('moved');
      expect(await fixture.orders.restoreExactly(orderId, snapshot, 8, first)).toBe('restored');
      expect(await fixture.orders.restoreExactly(orderId, snapshot, 8, first)).toBe('restored');
      expect(await fixture.look(orderId)).toMatchObject({ ...delivered, version: 9 });
    });

    test('a snapshot has a digest of its contents', async () => {
      await fixture.orders.lock(orderId, first);
      const one = await fixture.orders.snapshot(orderId);
      expect(one).toMatchObject({ version: 7, progression_state: 'COMPLETE' });
      expect((await fixture.orders.snapshot(orderId)).sha256).toBe(one.sha256);
      await fixture.saveBol(orderId, 'BOL-3');
      expect((await fixture.orders.snapshot(orderId)).sha256).not.toBe(one.sha256);
    });
  });
};
