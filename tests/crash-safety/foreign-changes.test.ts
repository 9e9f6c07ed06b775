import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { resetRequestFor } from '@crossroads/testkit';
import { after, before, failing } from '../harness/port-overrides.js';
import type { ResetHarness } from '../harness/reset-harness.js';
import { givenOrder, givenReset, openTestStore, ordersIn } from '../harness/reset-harness.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('foreign-changes');
}, 30_000);
afterAll(() => store.close());

describe('orders that other systems wrote', () => {
  test('are not blocked by a lock of null', async () => {
    const reset = await givenOrder({ store }, { lock: null });
    const sagaId = await reset.accept();
    await reset.runSaga(sagaId);
    expect((await reset.saga(sagaId)).phase).not.toBe('waiting');
  });

  test('with the lock of an unknown saga, as after restoring a backup, are free', async () => {
    const reset = await givenOrder({ store }, { lock: { saga_id: '01900000-0000-7000-8000-000000000000', epoch: 3 } });
    const sagaId = await reset.accept();
    expect(await reset.runSaga(sagaId)).toMatchObject({ outcome: 'completed', status: 'synced' });
  });

  test.each([
    ['the compensation', 130],
    ['the compensation and a recovery', 95],
  ])('of almost 16 MB are not cleared when they leave no room for %s', async (_, bytesLeft) => {
    const bol = { text: 'x'.repeat(13 * 1024 * 1024) };
    const reset = await givenOrder({ store }, { bols: [bol], filler: '' });
    const [measured] = await ordersIn(store)
      .aggregate<{ size: number }>([{ $match: { _id: reset.orderId } }, { $project: { size: { $bsonSize: '$$ROOT' } } }])
      .toArray();
    await reset.changeOrder({ $set: { filler: 'y'.repeat(16 * 1024 * 1024 - bytesLeft - measured!.size) } });
    const sagaId = await reset.accept();
    reset.destination.answers.push('rejected');
    await reset.runSaga(sagaId);
    const { phase, status, error } = await reset.saga(sagaId);
    const cleared = (await reset.order()).bols.length === 0;
    expect({ phase, status, code: error?.code, cleared }).toEqual({ phase: 'ended', status: expect.any(String), code: expect.any(String), cleared: false });
  });

  test('whose BOLs became text after the clear are not split into letters by the compensation', async () => {
    const { reset, sagaId } = await givenReset(store, 'rejected');
    await reset.runSaga(sagaId, before('resetProgression', () => reset.changeOrder({ $set: { bols: 'none' }, $inc: { version: 1 } })));
    expect([await reset.saga(sagaId), (await reset.order()).bols]).not.toMatchObject([{ phase: 'ended' }, [{ bol_number: 'BOL-1' }, 'n', 'o', 'n', 'e']]);
  });

  test('without lists and progression are restored without them by a claim that continues a compensation', async () => {
    const { reset, sagaId } = await givenReset(store, 'rejected');
    await reset.changeOrder({ $unset: { bols: 1, progression_state: 1 }, $set: { executed_drops: null } });
    await reset.runSaga(sagaId, after('restoreDeliveries', failing('the worker dies after it')));
    await reset.runAgain(sagaId);
    const order = await reset.order();
    const { phase } = await reset.saga(sagaId);
    expect({ bols: 'bols' in order, drops: order.executed_drops, progression: 'progression_state' in order, phase }).toEqual({ bols: false, drops: null, progression: false, phase: 'ended' });
  });
});

describe('a change by hand while the saga retries', () => {
  test.each([
    ['the lock is gone', (reset: ResetHarness) => reset.changeOrder({ $unset: { lock: 1 } }), 'order.not_locked'],
    ['the order is gone', (reset: ResetHarness) => reset.deleteOrder(), 'order.gone'],
  ])('stops the saga at once when %s, and the journal contains the reason', async (_, change, code) => {
    const { reset, sagaId } = await givenReset(store);
    await reset.runSaga(sagaId, before('clearDeliveries', failing('retry later')));
    await change(reset);
    expect(await reset.runAgain(sagaId)).toMatchObject({ outcome: 'stopped' });
    expect(await reset.saga(sagaId)).toMatchObject({ phase: 'stopped', error: { code } });
    expect((await reset.entries(sagaId)).at(-1)).toMatchObject({ step: { name: 'clear-deliveries', outcome: 'failed' }, detail: { error: code } });
  });
});

test.each([
  ['names no saga', {}],
  ['names a saga by a number', { saga_id: 5, epoch: 1 }],
])('an order whose lock %s is rejected, and its reset does not wait forever', async (_, lock) => {
  const reset = await givenOrder({ store }, { lock });
  const sagaId = await reset.accept();
  await reset.runSaga(sagaId);
  expect(await reset.saga(sagaId)).toMatchObject({ phase: 'ended', status: 'error', error: { code: 'order.malformed' } });
});

test('a reset does not wait for the approval of another order with an equal number', async () => {
  const first = await givenOrder({ store });
  const { origin_order_number: number } = (await first.order()) as unknown as { origin_order_number: string };
  const routing = { origin_tenant_id: 'beta', origin_tenant_name: 'Beta', origin_instance_id: 'beta-1', destination_tenant_id: 'alpha', destination_tenant_name: 'Alpha', destination_instance_id: 'alpha-1' };
  const other = await givenOrder({ store }, { routing, origin_order_number: `b${number}`, destination_order_number: number });
  first.destination.answers.push('requested');
  const awaiting = await first.accept({ request: resetRequestFor({ order_number: number, order_id: String(first.orderId) }) });
  await first.runSaga(awaiting);
  expect(await first.saga(awaiting)).toMatchObject({ phase: 'awaiting_approval' });
  const sagaId = await other.accept({ request: resetRequestFor({ order_id: String(other.orderId) }) });
  expect(await other.runSaga(sagaId)).toMatchObject({ outcome: 'completed', status: 'synced' });
});
