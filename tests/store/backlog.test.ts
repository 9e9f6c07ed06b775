import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { SagaDocument, Store } from '@crossroads/store';
import { backlogRepository, collections, decisionRepository, makeIndexes, openStore, sagaCommandRepository, storedSagaOf } from '@crossroads/store';
import { ownDatabase } from '../stores/own-database.js';

let store: Store;
const sagas = () => store.connection.db!.collection<SagaDocument>(collections.sagas);

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('backlog'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
beforeEach(() => sagas().deleteMany({}));
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

let created = 0;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const givenSaga = async (fields: Partial<SagaDocument>): Promise<SagaDocument> => {
  const _id = `saga-${String(created++).padStart(6, '0')}`;
  const at = minutesAgo(0);
  const rest = { type: 'reset_order', version: 1, tenant_id: 't', concurrency_keys: [], request: {}, inbound_request: {}, epoch: 1, settled_epoch: 1, failures: 0, resumed: false };
  const saga: SagaDocument = { _id, correlation_id: _id, ...rest, status: 'pending', phase: 'running', accepted_at: at, updated_at: at, ...fields };
  await sagas().insertOne(saga);
  return saga;
};
const oldestDueMinutes = async (): Promise<number> => Math.round((await backlogRepository(store).oldestDueSeconds()) / 60);

const dueImmediately = new Date(0);

test('the oldest due saga has age 0 when no saga is due', async () => {
  expect(await oldestDueMinutes()).toBe(0);
  await givenSaga({ next_run_at: minutesAgo(-60), updated_at: minutesAgo(600) });
  await givenSaga({ phase: 'ended', status: 'synced', updated_at: minutesAgo(600) });
  expect(await oldestDueMinutes()).toBe(0);
});

test('the age of a due saga counts from its acceptance, or from the end of its delay; the oldest one counts', async () => {
  await givenSaga({ next_run_at: dueImmediately, updated_at: minutesAgo(5) });
  expect(await oldestDueMinutes()).toBe(5);
  await givenSaga({ phase: 'retrying', next_run_at: minutesAgo(9), updated_at: minutesAgo(500) });
  expect(await oldestDueMinutes()).toBe(9);
});

test('a saga that waited for days and is made due now has age 0', async () => {
  const daysAgo = minutesAgo(5_000);
  const commands = sagaCommandRepository(store);
  const decisions = decisionRepository(store);
  expect(await commands.resume(await givenSaga({ phase: 'stopped', status: 'error', updated_at: daysAgo }))).toBe(true);
  expect(await commands.runNow(await givenSaga({ phase: 'retrying', next_run_at: minutesAgo(-600), updated_at: daysAgo }))).toBe(true);
  const awaiting_approval = await givenSaga({ phase: 'awaiting_approval', status: 'requested', next_run_at: minutesAgo(-600), updated_at: daysAgo });
  await decisions.wake(storedSagaOf(awaiting_approval));
  const claimed = await givenSaga({ phase: 'awaiting_approval', status: 'requested', next_run_at: minutesAgo(-600), updated_at: daysAgo });
  await decisions.release(storedSagaOf(claimed), (await decisions.claim(storedSagaOf(claimed)))!);
  expect(await oldestDueMinutes()).toBe(0);
});

test('open sagas are counted by phase, up to a thousand; ended sagas are not counted', async () => {
  const many = Array.from({ length: 1_200 }, (_, i): SagaDocument => {
    const at = minutesAgo(0);
    return { _id: `m-${i}`, type: 'reset_order', version: 1, tenant_id: 't', correlation_id: `m-${i}`, concurrency_keys: [], request: {}, inbound_request: {}, epoch: 1, settled_epoch: 1, failures: 0, resumed: false, status: 'pending', phase: 'waiting', accepted_at: at, updated_at: at };
  });
  await sagas().insertMany(many);
  await givenSaga({ phase: 'stopped', status: 'error' });
  await givenSaga({ phase: 'ended', status: 'synced' });
  expect(await backlogRepository(store).phases()).toEqual({ running: 0, waiting: 1_000, awaiting_approval: 0, retrying: 0, stopped: 1 });
});

test('sagas are overdue a minute after they became due or were made due', async () => {
  const overdue = () => backlogRepository(store).overdue();
  await givenSaga({ next_run_at: dueImmediately, updated_at: minutesAgo(0) });
  await givenSaga({ next_run_at: minutesAgo(0.5), updated_at: minutesAgo(500) });
  await givenSaga({ next_run_at: minutesAgo(-60), updated_at: minutesAgo(500) });
  await givenSaga({ phase: 'stopped', updated_at: minutesAgo(500) });
  expect(await overdue()).toBe(0);
  await givenSaga({ next_run_at: dueImmediately, updated_at: minutesAgo(2) });
  await givenSaga({ next_run_at: minutesAgo(2), updated_at: minutesAgo(2) });
  expect(await overdue()).toBe(2);
});
