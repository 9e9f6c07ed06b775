import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import type { Store } from '@crossroads/store';
import { cyclesIn, collections, makeIndexes, openStore, waitCycles } from '@crossroads/store';
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

/** A saga about the order of that number, waiting as its last look left it. */
const waits = async (number: string, blocker?: string, more: object = {}): Promise<string> => {
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
const held = (number: string, sagaId: string) =>
  store.connection.db!.collection(collections.orders).insertOne({
    routing: { origin_tenant_id: 'acme', destination_tenant_id: 'globex' },
    origin_order_number: number,
    destination_order_number: null,
    lock: { saga_id: sagaId, epoch: 3 },
  });
const names = (id: string, blocker: string) => sagas().updateOne({ _id: id }, { $set: { 'error.message': `Another reset of this order has to end first: saga ${blocker}.` } });
const found = async () => (await waitCycles(store).find(1_000)).map((circle) => [...circle].sort());
const promise = 'no sagas wait for each other in a cycle';
const checked = async () => (await liveFindings(store, { overdueMinutes: 1 })).find((finalOutcome) => finalOutcome.promise === promise)!;

test('a saga that holds the order and waits for one that waits for the order: a circle, whoever waits behind them', async () => {
  const blockedBy = await waits('4711');
  const holder = await waits('4711', blockedBy);
  await held('4711', holder);
  await waits('4711', blockedBy);
  await waits('4712', blockedBy);
  expect(await found()).toEqual([[blockedBy, holder].sort()]);
  expect((await checked()).violations).toEqual([{ subject: expect.stringMatching(`${blockedBy}|${holder}`), description: expect.stringMatching(`(?=.*${blockedBy})(?=.*${holder})`) }]);
});

test('three that name one another in turn, and two circles apart', async () => {
  const [first, second, third] = [await waits('1'), await waits('1'), await waits('1')];
  await names(first, second);
  await names(second, third);
  await names(third, first);
  const other = await waits('2');
  await held('2', await waits('2', other));
  expect((await found()).map(({ length }) => length)).toEqual([3, 2]);
});

test.each<[string, () => Promise<unknown>]>([
  [
    'a line',
    async () => {
      const first = await waits('4711');
      await held('4711', uuidv7());
      await waits('4711', await waits('4711', first));
    },
  ],
  [
    'a circle in words only: one of them is being looked at, and has the order by now',
    async () => {
      const blockedBy = await waits('4711', undefined, { epoch: 4 });
      await held('4711', await waits('4711', blockedBy));
    },
  ],
  [
    'one that waits for its destination',
    async () => {
      const blockedBy = await waits('4711', undefined, { error: { code: 'destination.paused', message: 'Paused.' } });
      await held('4711', await waits('4711', blockedBy));
    },
  ],
  [
    'one that names itself',
    async () => {
      const one = await waits('4711');
      await names(one, one);
    },
  ],
])('%s is no circle', async (_what, make) => {
  await make();
  expect(await found()).toEqual([]);
  expect((await checked()).violations).toEqual([]);
});

test('a look is bounded and reads by index only', async () => {
  for (let each = 0; each < 20; each++) await waits(String(each));
  const queries = await queriesOf(store, () => waitCycles(store).find(5));
  expect(queries.map(({ collection }) => collection)).toEqual(['sagas', 'orders']);
  for (const query of queries) {
    const cost = await costOf(store, query);
    expect(cost).toMatchObject({ searches: [] });
    expect(cost.examined).toBeLessThanOrEqual(5);
  }
});

test('a hundred thousand in one line are looked through in a moment', () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => String(index));
  const line = new Map(ids.map((id, index) => [id, new Set(index === 0 ? [] : [ids[index - 1]!, ids[0]!])]));
  expect(cyclesIn(line)).toEqual([]);
});
