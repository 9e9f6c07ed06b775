import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import type { Store } from '@crossroads/store';
import { collections, makeIndexes, openStore, waitCycles } from '@crossroads/store';
import { cyclesIn } from '../../libs/store/src/sagas/wait-cycles.repository.js';
import { liveFindings } from '../../tools/chaos/src/live-checks.js';
import { ownDatabase } from '../stores/own-database.js';
import { costOf, queriesOf } from './watched-queries.js';

let store: Store;
beforeAll(async () => {
  store = openStore({ uri: `${ownDatabase('wait-cycles')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});
afterEach(async () => {
  for (const name of [collections.sagas, collections.orders]) await store.connection.db!.collection(name).deleteMany({});
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const sagas = () => store.connection.db!.collection<{ _id: string }>(collections.sagas);
const inAnHour = () => new Date(Date.now() + 3_600_000);

/** Stores a saga that waits for the order of that number, blocked by another saga. */
const givenWaiting = async (number: string, blocker?: string, more: object = {}): Promise<string> => {
  const _id = uuidv7();
  await sagas().insertOne({
    _id,
    type: 'reset_order',
    tenant_id: 'acme',
    correlation_id: _id,
    concurrency_keys: [`number:acme/${number}`],
    status: 'pending',
    phase: 'waiting',
    epoch: 3,
    settled_epoch: 3,
    error: { code: 'order.in_use', message: `Another reset of this order has to end first${blocker === undefined ? '' : `: saga ${blocker}`}.` },
    accepted_at: new Date(),
    updated_at: new Date(),
    next_run_at: inAnHour(),
    ...more,
  } as never);
  return _id;
};
const givenLock = (number: string, sagaId: string) =>
  store.connection.db!.collection(collections.orders).insertOne({
    routing: { origin_tenant_id: 'acme', destination_tenant_id: 'globex' },
    origin_order_number: number,
    destination_order_number: null,
    lock: { saga_id: sagaId, epoch: 3 },
  });
const setBlocker = (id: string, blocker: string) => sagas().updateOne({ _id: id }, { $set: { 'error.message': `Another reset of this order has to end first: saga ${blocker}.` } });
const findCycles = async () => (await waitCycles(store).find(1_000)).map((cycle) => [...cycle].sort());
const promise = 'no sagas wait for each other in a cycle';
const liveFinding = async () => (await liveFindings(store, { overdueMinutes: 1 })).find((finding) => finding.promise === promise)!;

test('a lock owner that is blocked by a saga that waits for the lock is a cycle, without the sagas that wait behind both', async () => {
  const blockedBy = await givenWaiting('4711');
  const owner = await givenWaiting('4711', blockedBy);
  await givenLock('4711', owner);
  await givenWaiting('4711', blockedBy);
  await givenWaiting('4712', blockedBy);
  expect(await findCycles()).toEqual([[blockedBy, owner].sort()]);
  expect((await liveFinding()).violations).toEqual([{ subject: expect.stringMatching(`${blockedBy}|${owner}`), description: expect.stringMatching(`(?=.*${blockedBy})(?=.*${owner})`) }]);
});

test('three sagas that block one another are a cycle, and two separate cycles are both found', async () => {
  const [first, second, third] = [await givenWaiting('1'), await givenWaiting('1'), await givenWaiting('1')];
  await setBlocker(first, second);
  await setBlocker(second, third);
  await setBlocker(third, first);
  const other = await givenWaiting('2');
  await givenLock('2', await givenWaiting('2', other));
  expect((await findCycles()).map(({ length }) => length)).toEqual([3, 2]);
});

test.each<[string, () => Promise<unknown>]>([
  [
    'an order queue',
    async () => {
      const first = await givenWaiting('4711');
      await givenLock('4711', uuidv7());
      await givenWaiting('4711', await givenWaiting('4711', first));
    },
  ],
  [
    'a cycle in stored messages, of which one saga is claimed and may have the lock by now,',
    async () => {
      const blockedBy = await givenWaiting('4711', undefined, { epoch: 4 });
      await givenLock('4711', await givenWaiting('4711', blockedBy));
    },
  ],
  [
    'a saga that waits for its destination',
    async () => {
      const blockedBy = await givenWaiting('4711', undefined, { error: { code: 'destination.paused', message: 'Paused.' } });
      await givenLock('4711', await givenWaiting('4711', blockedBy));
    },
  ],
  [
    'a saga that is blocked by itself',
    async () => {
      const one = await givenWaiting('4711');
      await setBlocker(one, one);
    },
  ],
])('%s is not a cycle', async (_what, make) => {
  await make();
  expect(await findCycles()).toEqual([]);
  expect((await liveFinding()).violations).toEqual([]);
});

test('a search is limited and uses indexes only', async () => {
  for (let each = 0; each < 20; each++) await givenWaiting(String(each));
  const queries = await queriesOf(store, () => waitCycles(store).find(5));
  expect(queries.map(({ collection }) => collection)).toEqual(['sagas', 'orders']);
  for (const query of queries) {
    const cost = await costOf(store, query);
    expect(cost).toMatchObject({ searches: [] });
    expect(cost.examined).toBeLessThanOrEqual(5);
  }
});

test('an order queue of a hundred thousand sagas contains no cycle', () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => String(index));
  const queue = new Map(ids.map((id, index) => [id, new Set(index === 0 ? [] : [ids[index - 1]!, ids[0]!])]));
  expect(cyclesIn(queue)).toEqual([]);
});
