import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import { openSagaSubscription } from '@crossroads/saga-bullmq';
import type { AuditDocument, NewSaga, SagaDocument } from '@crossroads/store';
import { auditRepository, intakeRepository, sagaCommandRepository, sagaViewRepository } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { ownDatabase, testRedisUrl } from '../../../../tests/stores/own-database.js';
import type { OpenOps } from '../testing/open-ops.js';
import { openOps, queueName } from '../testing/open-ops.js';
import { addOrder, sampleOrder } from '../testing/sample-orders.js';
import { sampleSagas } from '../testing/sample-sagas.js';
import type { CommandName, CommandInput, SagaCommand } from './commands.js';
import { createCommands } from './create-commands.js';
import { withAudit } from './with-audit.js';

let ops: OpenOps;
let sagas: ReturnType<typeof sampleSagas>;
beforeAll(async () => {
  ops = await openOps({ mongodbUri: ownDatabase('ops-commands'), redisUrl: testRedisUrl() });
  sagas = sampleSagas(ops.store, 1);
}, 60_000);
afterAll(() => ops.close());

let number = 5_000;
const sagaAfter = async (result: 'synced' | 'unavailable' | 'requested' | 'rejected') => {
  const orderNumber = String(number++);
  const orderId = await addOrder(ops.store, sampleOrder(orderNumber));
  const id = await sagas.accept({ order_number: orderNumber });
  await sagas.runSaga(id, result);
  return { id, orderId, orderNumber };
};
const input: CommandInput = { by: 'ada', role: 'operator', credential: 'key:0123', from: '10.0.0.7', reason: 'because' };
const act = (name: CommandName, id: string, more: Partial<CommandInput> = {}) => ops.commands[name]!(id, { ...input, ...more });
const saga = async (id: string): Promise<SagaDocument> => (await sagaViewRepository(ops.store).saga(id))!;
const actions = async (id: string): Promise<AuditDocument[]> => (await auditRepository(ops.store).list({ sagaId: id }, { limit: 10 })).records;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const stored = () => ops.store.connection.collection<{ _id: string }>('sagas');
const recoveriesOf = (id: string) => stored().find({ 'request.recovers.saga_id': id }, { projection: { _id: 1 } }).toArray();
const orderIn = (orderNumber: string) => ops.store.connection.collection('orders').findOne({ origin_order_number: orderNumber });

describe('resume', () => {
  test('continues a stopped saga to its end, and stores who requested it and why', async () => {
    const { id } = await sagaAfter('unavailable');
    expect(await act('resume', id, { expectedEpoch: 1 })).toEqual({ ok: true });
    await sagas.runSaga(id, 'synced');
    expect(await saga(id)).toMatchObject({ status: 'synced', phase: 'ended' });
    expect(await actions(id)).toMatchObject([{ by: 'ada', role: 'operator', credential: 'key:0123', from: '10.0.0.7', action: 'resume', reason: 'because', outcome: 'done', correlation_id: expect.any(String) }]);
  });

  test('takes effect once when it is requested several times', async () => {
    const { id } = await sagaAfter('unavailable');
    const results = await Promise.all([act('resume', id), act('resume', id), act('resume', id)]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test.each([
    ['the saga has changed', 'saga.moved', { expectedEpoch: 0 }],
    ['no reason is given', 'request.reason_missing', { reason: '  ' }],
  ])('is rejected when %s, and nothing is changed', async (_when, code, more) => {
    const { id } = await sagaAfter('unavailable');
    const before = await saga(id);
    expect(await act('resume', id, more)).toMatchObject({ ok: false, code });
    expect(await saga(id)).toEqual(before);
  });

  test('of a saga that has ended or does not exist is rejected, with an audit entry', async () => {
    const { id } = await sagaAfter('synced');
    expect(await act('resume', id)).toMatchObject({ ok: false, code: 'saga.ended' });
    expect(await act('resume', 'unknown')).toMatchObject({ ok: false, code: 'saga.unknown' });
    expect(await actions(id)).toMatchObject([{ outcome: 'rejected', code: 'saga.ended' }]);
  });
});

describe('retry now', () => {
  test('makes a retrying saga due', async () => {
    const slow = sampleSagas(ops.store, 8);
    await addOrder(ops.store, sampleOrder('6001'));
    const id = await slow.accept({ order_number: '6001' });
    await slow.runSaga(id, 'unavailable');
    expect((await saga(id)).next_run_at!.getTime()).toBeGreaterThan(Date.now());
    expect(await act('runNow', id)).toEqual({ ok: true });
    expect((await saga(id)).next_run_at!.getTime()).toBeLessThan(Date.now());
  });

  test('of a stopped saga is rejected', async () => {
    expect(await act('runNow', (await sagaAfter('unavailable')).id)).toMatchObject({ code: 'saga.not_waiting' });
  });
});

describe('cancel', () => {
  test('of a reset that waits for another ends it before it has cleared anything', async () => {
    const { id, orderNumber } = await sagaAfter('requested');
    const next = await sagas.accept({ order_number: orderNumber });
    await sagas.runSaga(next);
    expect(await act('cancel', next)).toEqual({ ok: true });
    await sagas.runSaga(next);
    expect(await saga(next)).toMatchObject({ phase: 'ended', status: 'canceled' });
    expect(await saga(id)).toMatchObject({ phase: 'awaiting_approval' });
  });

  test('of a reset that no worker has started leaves the order unchanged', async () => {
    const orderNumber = String(number++);
    await addOrder(ops.store, sampleOrder(orderNumber));
    const id = await sagas.accept({ order_number: orderNumber });
    expect(await act('cancel', id)).toEqual({ ok: true });
    await sagas.runSaga(id);
    expect(await saga(id)).toMatchObject({ phase: 'ended', status: 'canceled' });
    const order = await orderIn(orderNumber);
    expect(order!['bols']).toHaveLength(2);
  });

  test.each([
    ['has cleared the order', 'requested', 'saga.cleared'],
    ['has ended', 'rejected', 'saga.cleared'],
  ] as const)('of a reset that %s is rejected', async (_state, result, code) => {
    expect(await act('cancel', (await sagaAfter(result)).id)).toMatchObject({ ok: false, code });
  });
});

describe('terminate', () => {
  test.each(['unavailable', 'requested'] as const)('ends a saga (%s) without compensation, unlocks its order, wakes the next saga and notifies waiting callers', async (result) => {
    const { id, orderNumber } = await sagaAfter(result);
    const next = await sagas.accept({ order_number: orderNumber });
    await sagas.runSaga(next);
    expect(await saga(next)).toMatchObject({ phase: 'waiting' });
    const { epoch } = await saga(id);
    const notified = new Set<string>();
    const subscription = openSagaSubscription(testRedisUrl(), () => undefined, queueName);
    await new Promise<void>((opened) => {
      subscription.listen({ saved: (sagaIds) => sagaIds.forEach((sagaId) => notified.add(sagaId)), opened, closed: () => undefined });
      subscription.resume();
    });
    expect(await act('terminate', id)).toEqual({ ok: true });
    await eventually(() => notified.has(id));
    await subscription.close();
    expect(await saga(id)).toMatchObject({ phase: 'ended', status: 'error', epoch: epoch + 1, error: { code: 'saga.terminated', message: expect.stringContaining('because') } });
    expect((await saga(id)).next_run_at).toBeUndefined();
    expect(await orderIn(orderNumber)).toMatchObject({ bols: [], progression_state: 'NO_PROGRESS' });
    const entries = await sagaViewRepository(ops.store).entries(id);
    expect(entries.at(-1)).toMatchObject({ title: 'Terminated by an operator', detail: { error: 'saga.terminated' }, metadata: { crossroads_order_id: expect.any(String) } });
    expect((await saga(next)).next_run_at!.getTime()).toBe(0);
    await sagas.runSaga(next, 'synced');
    expect(await saga(next)).toMatchObject({ status: 'synced' });
  });

  test('of a saga whose clear has no entry stores what was cleared, so that it can be recovered', async () => {
    const { id } = await sagaAfter('unavailable');
    await ops.store.connection.collection('crossroads_logs').deleteMany({ saga_id: id, 'step.name': { $in: ['clear-deliveries', 'reset-progression', 'dispatch-reset'] } });
    expect(await act('terminate', id)).toEqual({ ok: true });
    expect(await act('recover', id)).toMatchObject({ ok: true });
  });

  test('is rejected while a worker processes the saga, and once it has ended', async () => {
    const id = await sagas.accept({ order_number: '4040' });
    expect(await act('terminate', id)).toMatchObject({ code: 'saga.running' });
    expect(await act('terminate', (await sagaAfter('synced')).id)).toMatchObject({ code: 'saga.ended' });
  });
});

describe('recover', () => {
  test('creates a saga that restores the order, and returns its id', async () => {
    const { id, orderNumber, orderId } = await sagaAfter('synced');
    const result = await act('recover', id, { reason: 'executed after all' });
    expect(result).toEqual({ ok: true, recoverySagaId: expect.any(String) });
    const recovery = await saga((result as { recoverySagaId: string }).recoverySagaId);
    expect(recovery).toMatchObject({
      type: 'recover_order',
      tenant_id: 'tenant-acme',
      request: { order: { order_id: orderId, order_number: orderNumber }, recovers: { saga_id: id, force: false, by: 'ada', reason: 'executed after all' } },
    });
    expect(await act('recover', id)).toMatchObject({ code: 'recover.in_progress' });
    expect(await actions(id)).toMatchObject([{ outcome: 'rejected' }, { outcome: 'done', detail: { recovery_saga_id: recovery._id } }]);
  });

  test('by twenty operators at once creates one saga, and the others get its id', async () => {
    const { id } = await sagaAfter('synced');
    const results = await Promise.all(Array.from({ length: 20 }, () => act('recover', id)));
    const won = results.filter(({ ok }) => ok) as { recoverySagaId: string }[];
    expect(await recoveriesOf(id)).toHaveLength(1);
    expect(won).toHaveLength(1);
    const lost = results.filter((result) => !result.ok);
    expect(lost).toHaveLength(19);
    for (const result of lost) expect(result).toMatchObject({ code: 'recover.in_progress', message: expect.stringContaining(won[0]!.recoverySagaId) });
  });

  test.each(['waiting', 'stopped'])('is rejected while an earlier recovery is %s, however many resets of the order are open', async (phase) => {
    const { id, orderNumber } = await sagaAfter('synced');
    const { recoverySagaId } = (await act('recover', id)) as { recoverySagaId: string };
    await stored().updateOne({ _id: recoverySagaId }, { $set: { phase }, ...(phase === 'stopped' && { $unset: { next_run_at: 1 } }) });
    for (let open = 0; open <= 100; open++) await sagas.accept({ order_number: orderNumber });
    expect(await act('recover', id)).toMatchObject({ code: 'recover.in_progress', message: expect.stringContaining(recoverySagaId) });
  });

  test.each(['not stored', 'stored, but its response was lost'])('whose saga was %s does not block later ones forever', async (outcome) => {
    const { id } = await sagaAfter('synced');
    const intake = intakeRepository(ops.store);
    const accept = async (saga: NewSaga): Promise<boolean> => {
      if (outcome !== 'not stored') await intake.accept(saga);
      throw new StoreUnavailable('MongoDB did not respond');
    };
    const broken = createCommands({ store: ops.store, queue: { enqueue: async () => undefined, notifySaved: () => undefined }, log: silent, intake: { ...intake, accept } });
    await expect(broken.recover!(id, input)).rejects.toThrow(StoreUnavailable);
    expect(await act('recover', id)).toMatchObject(outcome === 'not stored' ? { ok: true } : { code: 'recover.in_progress' });
    expect(await recoveriesOf(id)).toHaveLength(1);
  });

  test('is allowed again once the earlier recovery has ended', async () => {
    const { id } = await sagaAfter('synced');
    const { recoverySagaId } = (await act('recover', id)) as { recoverySagaId: string };
    await stored().updateOne({ _id: recoverySagaId }, { $set: { phase: 'ended' }, $unset: { next_run_at: 1 } });
    expect(await act('recover', id)).toMatchObject({ ok: true });
    expect(await recoveriesOf(id)).toHaveLength(2);
  });

  test('is rejected with the difference when the order has changed, and can then be forced', async () => {
    const { id, orderNumber } = await sagaAfter('synced');
    await ops.store.connection.collection('orders').updateOne({ origin_order_number: orderNumber }, { $set: { progression_state: 'DRIVING_TO_LOAD' }, $inc: { version: 1 } });
    expect(await act('recover', id)).toMatchObject({
      code: 'recover.order_moved_on',
      message: expect.stringContaining('It now has 0 BOLs, 0 executed drops and progression DRIVING_TO_LOAD. The snapshot has 2 BOLs, 3 executed drops and progression COMPLETE.'),
    });
    expect(await act('recover', id, { force: true })).toMatchObject({ ok: true });
  });

  test.each([
    ['that has stopped', 'unavailable', 'saga.stopped'],
    ['that has not finished', 'requested', 'saga.still_moving'],
    ['that was compensated', 'rejected', 'recover.already_restored'],
  ] as const)('of a reset %s is rejected', async (_state, result, code) => {
    expect(await act('recover', (await sagaAfter(result)).id)).toMatchObject({ ok: false, code });
  });

  test('of a recovery, and of a reset that cleared nothing, is rejected', async () => {
    const { id } = await sagaAfter('synced');
    const { recoverySagaId } = (await act('recover', id)) as { recoverySagaId: string };
    expect(await act('recover', recoverySagaId)).toMatchObject({ code: 'saga.not_a_reset' });
    const lost = await sagas.accept({ order_number: 'unknown' });
    await sagas.runSaga(lost);
    expect(await act('recover', lost)).toMatchObject({ code: 'recover.nothing_cleared' });
  });
});

test('the audit entry of a command is begun while it runs, so also when the process dies, and failed if it fails', async () => {
  const { id } = await sagaAfter('synced');
  const whileRunning: AuditDocument[][] = [];
  const failing: SagaCommand = async (sagaId) => {
    whileRunning.push(await actions(sagaId));
    throw new Error('no way');
  };
  const audited = withAudit('resume', failing, { audit: auditRepository(ops.store), sagas: sagaCommandRepository(ops.store) });
  await expect(audited(id, input)).rejects.toThrow('no way');
  expect(whileRunning).toMatchObject([[{ by: 'ada', action: 'resume', outcome: 'begun' }]]);
  expect(await actions(id)).toMatchObject([{ outcome: 'failed', detail: { message: 'no way' } }]);
});

test('a command without an audit entry does not run', async () => {
  const { id } = await sagaAfter('unavailable');
  const begin = async () => Promise.reject(new StoreUnavailable('MongoDB did not respond'));
  const audited = withAudit('resume', ops.commands.resume!, { audit: { begin }, sagas: sagaCommandRepository(ops.store) });
  await expect(audited(id, input)).rejects.toThrow(StoreUnavailable);
  expect(await saga(id)).toMatchObject({ phase: 'stopped' });
});
