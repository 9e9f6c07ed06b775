import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import type { MongodbProxy, Rule } from '@crossroads/testkit';
import { eventually, openMongodbProxy, writing } from '@crossroads/testkit';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { Store } from '../index.js';
import { openStore } from '../index.js';
import { withStoreErrors } from './store-errors.js';

/** Codes that replica sets, routers and hosted clusters return while a result is unknown or unavailable. Not every client library lists all of them. */
const codes = [91, 189, 64, 10107, 112, 11600, 262, 13, 18, 133, 134, 11601, 365, 462, 8000, 10058];

const name = 'marks';

let proxy: MongodbProxy;
let store: Store;
let rule: Rule | undefined;

const marks = () => store.connection.db!.collection<{ _id: string; n?: number }>(name);
const anyWrite = writing(({ collection }) => collection === name);
const insert = (_id: string) => store.commit.insert(name, { _id });
const update = (_id: string) => store.commit.update(name, { _id }, { $inc: { n: 1 } });

/** Returns values as they are and errors by their kind, so that a failing test shows what was returned instead. */
const outcomes = async (writes: Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(writes)).map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    return outcome.reason instanceof StoreUnavailable ? 'unavailable' : outcome.reason;
  });

beforeAll(async () => {
  proxy = await openMongodbProxy({ target: ownDatabase('error-classes'), replicaSet: 'rs' });
  store = openStore({ uri: proxy.uri(), operationTimeoutMs: 10_000 });
  await store.connected;
});

afterEach(async () => {
  rule?.end();
  // After some errors the driver first looks for another primary.
  await eventually(async () => (await marks().deleteMany({}).catch(() => undefined)) !== undefined);
});

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
  await proxy.close();
});

describe.each(codes)('error %i', (code) => {
  test('of a command leaves the result unknown, for a single write', async () => {
    rule = proxy.reject(anyWrite, code);
    expect(await outcomes([insert('a')])).toEqual(['unavailable']);
    expect(await outcomes([update('a')])).toEqual(['unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
  });

  test('of a command leaves the result unknown, for every write of a group', async () => {
    rule = proxy.reject(anyWrite, code);
    expect(await outcomes([insert('a'), update('a'), insert('b')])).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
  });

  test('of one operation leaves the result unknown, for a single write', async () => {
    rule = proxy.rejectOperations(({ collection }) => collection === name, code);
    expect(await outcomes([insert('a')])).toEqual(['unavailable']);
    expect(await outcomes([update('a')])).toEqual(['unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
  });

  test('of one operation leaves its result unknown, and the other writes of the group have their own results', async () => {
    await insert('taken');
    rule = proxy.rejectOperations(({ document, filter }) => document?.['_id'] === 'b' || filter?.['_id'] === 'c', code);
    expect(await outcomes([insert('a'), insert('b'), update('a'), update('c'), insert('taken'), update('none')])).toEqual([true, 'unavailable', true, 'unavailable', false, false]);
    expect(rule.hits()).toBe(2);
    expect(await marks().distinct('_id')).toEqual(['a', 'taken']);
  });

  test('of a write concern leaves the result unknown, for a single write, though it was applied', async () => {
    rule = proxy.failWriteConcern(anyWrite, code);
    expect(await outcomes([insert('a')])).toEqual(['unavailable']);
    expect(await outcomes([update('a')])).toEqual(['unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
  });

  test('of a write concern leaves the result unknown, for every write of a group, though all were applied', async () => {
    rule = proxy.failWriteConcern(anyWrite, code);
    expect(await outcomes([insert('a'), update('a'), insert('b')])).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
    rule.end();
    await eventually(async () => (await marks().countDocuments().catch(() => 0)) === 2);
  });

  test('of a read leaves the result unknown', async () => {
    rule = proxy.reject(({ name }) => name === 'find', code);
    expect(await outcomes([withStoreErrors(() => marks().findOne({ _id: 'a' }))])).toEqual(['unavailable']);
    expect(rule.hits()).toBeGreaterThan(0);
  });
});

describe('a duplicate key', () => {
  test('means that the key is taken, for a single write and in a group', async () => {
    await insert('taken');
    expect(await outcomes([insert('taken')])).toEqual([false]);
    expect(await outcomes([insert('taken'), insert('free')])).toEqual([false, true]);
  });

  test('that a server reports of one operation means the same', async () => {
    rule = proxy.rejectOperations(({ document }) => document?.['_id'] === 'a', 11_000);
    expect(await outcomes([insert('a')])).toEqual([false]);
    expect(await outcomes([insert('a'), insert('b')])).toEqual([false, true]);
  });
});
