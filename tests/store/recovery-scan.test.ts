import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SagaDocument, Store } from '@crossroads/store';
import { backlogRepository, collections, makeIndexes, openStore, recoveryRepository } from '@crossroads/store';
import { ownDatabase } from '../stores/own-database.js';
import { costOf, queriesOf } from './watched-queries.js';

/** Open sagas of each kind. Set OPEN_SAGAS=100000 for the documented number. The reads do not depend on it. */
const each = Number(process.env['OPEN_SAGAS'] ?? 15_000) / 3;

let store: Store;
const sagas = () => store.connection.db!.collection<SagaDocument>(collections.sagas);
const ago = (ms: number) => new Date(Date.now() - ms);

const document = (_id: string, fields: Partial<SagaDocument>): SagaDocument => {
  const at = ago(120_000);
  const rest = { type: 'reset_order', version: 1, tenant_id: 't', concurrency_keys: [], request: {}, inbound_request: {}, failures: 0, resumed: false };
  return { _id, correlation_id: _id, ...rest, status: 'pending', phase: 'running', epoch: 1, settled_epoch: 1, accepted_at: at, updated_at: at, ...fields };
};

beforeAll(async () => {
  store = openStore({ uri: `${ownDatabase('recovery-scan')}&monitorCommands=true`, operationTimeoutMs: 60_000 });
  await store.connected;
  await makeIndexes(store.connection);
  const kinds: Record<string, (index: number) => Partial<SagaDocument>> = {
    waiting: () => ({ next_run_at: new Date(0), epoch: 0, settled_epoch: 0 }),
    'due long ago': (index) => ({ next_run_at: ago(60_000 + index) }),
    'delayed or claimed': (index) => ({ next_run_at: ago(-3_600_000 - index) }),
  };
  for (const [kind, fields] of Object.entries(kinds)) {
    for (let from = 0; from < each; from += 1_000) {
      const batch = Array.from({ length: Math.min(1_000, each - from) }, (_, index) => document(`${kind} ${from + index}`, fields(from + index)));
      await sagas().insertMany(batch);
    }
  }
  await sagas().insertMany([
    document('left behind', { epoch: 3, settled_epoch: 2, next_run_at: ago(1_500) }),
    document('due lately', { epoch: 3, settled_epoch: 3, next_run_at: ago(2_500) }),
  ]);
}, 240_000);

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

test('a scan returns the sagas that became due lately, the latest first, and marks those of dead workers', async () => {
  expect(await recoveryRepository(store).latelyDue(200)).toEqual([
    expect.objectContaining({ sagaId: 'left behind', epoch: 3, leftBehind: true }),
    expect.objectContaining({ sagaId: 'due lately', leftBehind: false }),
  ]);
});

test('a scan examines no more documents than it returns, however many sagas are open', async () => {
  const queries = await queriesOf(store, () => recoveryRepository(store).latelyDue(200));
  expect(queries).toHaveLength(1);
  expect(await costOf(store, queries[0]!)).toMatchObject({ returned: 2, examined: 2, keys: 2, searches: [] });
});

test('a probe finds a lease or delay that ends soon, examines one key, and ignores a backlog and later times', async () => {
  const probe = () => recoveryRepository(store).anyDueSoon();
  const queries = await queriesOf(store, async () => expect(await probe()).toBe(true));
  expect(await costOf(store, queries[0]!)).toMatchObject({ returned: 1, keys: 1, searches: [] });
  const lately = { _id: { $in: ['left behind', 'due lately'] } };
  const found = await sagas().find(lately).toArray();
  await sagas().deleteMany(lately);
  expect(await probe()).toBe(false);
  await sagas().insertOne(document('ends soon', { epoch: 3, settled_epoch: 2, next_run_at: ago(-2_000) }));
  expect(await probe()).toBe(true);
  await sagas().deleteOne({ _id: 'ends soon' });
  await sagas().insertMany(found);
});

test('of the sagas whose jobs workers have taken, those that are due are found by id', async () => {
  const ids = ['left behind', 'waiting 1', 'delayed or claimed 1', 'unknown'];
  const queries = await queriesOf(store, async () => {
    expect((await recoveryRepository(store).dueAmong(ids)).map(({ sagaId }) => sagaId).sort()).toEqual(['left behind', 'waiting 1']);
  });
  const { examined } = await costOf(store, queries[0]!);
  expect(examined).toBeLessThanOrEqual(ids.length);
});

test('the count of overdue sagas examines at most a thousand documents for each query', async () => {
  const queries = await queriesOf(store, async () => {
    expect(await backlogRepository(store).overdue()).toBe(1_000);
  });
  for (const query of queries) expect((await costOf(store, query)).examined).toBeLessThanOrEqual(1_000);
});
