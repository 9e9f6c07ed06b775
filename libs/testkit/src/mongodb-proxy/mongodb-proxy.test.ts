import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { eventually } from '../eventually.js';
import type { MongodbProxy } from './index.js';
import { openMongodbProxy, writing } from './index.js';

let proxy: MongodbProxy;
let store: Store;
/** Goes round the proxy. */
let direct: Store;

const target = ownDatabase('mongodb-proxy');
const name = 'marks';
const marks = () => store.connection.db!.collection<{ _id: string; n?: number }>(name);
const kept = () => direct.connection.db!.collection<{ _id: string; n?: number }>(name);

const opened = async (uri: string): Promise<Store> => {
  const store = openStore({ uri, operationTimeoutMs: 10_000 });
  await store.connected;
  // It misses its indexes, and has looked for them then.
  await store.ready.catch(() => undefined);
  return store;
};

beforeAll(async () => {
  direct = await opened(target);
});

beforeEach(async () => {
  proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
  store = await opened(proxy.uri());
});

afterEach(async () => {
  await store.close();
  await proxy.close();
  await kept().deleteMany({});
});

afterAll(async () => {
  await direct.connection.dropDatabase();
  await direct.close();
});

const codeOf = (error: unknown): number => Number((error as { code: number }).code);
const anyWrite = writing(() => true);

/** Round trips past the proxy: whatever it lets through has arrived after so many. */
const manyRoundTrips = async (): Promise<void> => {
  for (let trip = 0; trip < 30; trip++) await kept().findOne({});
};

describe('a replica set', () => {
  test('is what a driver sees, with majority and repeats of its writes', async () => {
    proxy.record();
    await marks().insertOne({ _id: 'a' });
    const [insert] = proxy.commands();
    expect(store.replicated()).toBe(true);
    expect(insert!.message.document()).toMatchObject({ writeConcern: { w: 'majority', j: true } });
    expect(insert!.transaction).toBeDefined();
    expect(await kept().countDocuments()).toBe(1);
  });

  test('answers a read of what its majority has', async () => {
    await marks().insertOne({ _id: 'a' });
    expect(await marks().find({}, { readConcern: { level: 'majority' } }).toArray()).toEqual([{ _id: 'a' }]);
  });

  test('is not seen where no name was given for one', async () => {
    const lone = await openMongodbProxy({ target });
    const alone = await opened(lone.uri());
    expect(alone.replicated()).toBe(false);
    await alone.connection.db!.collection<{ _id: string }>(name).insertOne({ _id: 'a' });
    await alone.close();
    await lone.close();
    expect(await kept().countDocuments()).toBe(1);
  });

  test('rejects reads and writes while it has no primary, and a write that was rejected once is executed by the next primary', async () => {
    const up = proxy.stepDown();
    const hello = await store.connection.db!.command({ hello: 1 }, { readPreference: 'secondary' });
    expect(hello).toMatchObject({ isWritablePrimary: false, secondary: true, setName: 'rs' });
    const written = marks().insertOne({ _id: 'a' });
    await expect(marks().findOne({})).rejects.toThrow();
    expect(await kept().countDocuments()).toBe(0);
    up();
    await eventually(async () => (await marks().countDocuments().catch(() => -1)) >= 0);
    await written.catch(() => undefined);
    expect(proxy.term()).toBe(2);
    await marks().updateOne({ _id: 'a' }, { $set: { n: 1 } }, { upsert: true });
    expect(await kept().findOne({ _id: 'a' })).toMatchObject({ n: 1 });
  });

  test('labels its errors as a server does, so that the driver repeats it', async () => {
    proxy.record();
    proxy.reject(anyWrite, 262);
    await expect(marks().insertOne({ _id: 'a' })).rejects.toMatchObject({ code: 262, errorLabels: ['RetryableWriteError'] });
    expect(proxy.commands()).toHaveLength(2);
    await expect(direct.connection.db!.collection(name).countDocuments()).resolves.toBe(0);
  });

  test('does not label an error that a repeat would meet again', async () => {
    proxy.record();
    proxy.reject(anyWrite, 13);
    await expect(marks().insertOne({ _id: 'a' })).rejects.toMatchObject({ code: 13, errorLabels: [] });
    expect(proxy.commands()).toHaveLength(1);
  });

  test('leaves in doubt a write that the step-down overtakes', async () => {
    proxy.record();
    const held = proxy.hold(anyWrite);
    const write = marks().insertOne({ _id: 'a' });
    await eventually(() => held.hits() > 0);
    const up = proxy.stepDown();
    held.release();
    await eventually(async () => (await kept().countDocuments()) === 1);
    up();
    // The driver repeats it at the next primary, which knows it.
    await write;
    expect(proxy.commands().filter(({ isWrite }) => isWrite)).toHaveLength(2);
    expect(await kept().countDocuments()).toBe(1);
  });
});

describe('a fault', () => {
  test('rejects a command with any code, a given number of times', async () => {
    const rule = proxy.reject(writing(({ kind }) => kind === 'insert'), 8000, { times: 1 });
    expect(await marks().insertOne({ _id: 'a' }).catch(codeOf)).toBe(8000);
    await marks().insertOne({ _id: 'a' });
    expect(rule.hits()).toBe(1);
  });

  test('rejects one operation of a group, and its neighbours are executed', async () => {
    proxy.rejectOperations(({ document }) => document?.['_id'] === 'b' || document?.['_id'] === 'c', 11_000);
    const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'd'].map((_id) => store.commit.insert(name, { _id })));
    expect(outcomes).toEqual([true, false, false, true, false]);
    expect(await kept().distinct('_id')).toEqual(['a', 'd']);
  });

  test('rejects one of several documents, and names each error by its place', async () => {
    await kept().insertOne({ _id: 'c' });
    proxy.rejectOperations(({ document }) => document?.['_id'] === 'a', 112);
    await expect(marks().insertMany([{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }], { ordered: false })).rejects.toMatchObject({ writeErrors: [{ index: 2, code: 11_000 }, { index: 0, code: 112 }] });
    expect(await kept().distinct('_id')).toEqual(['b', 'c']);
  });

  test('rejects every operation of a group, or the one of a lone write, and nothing is executed', async () => {
    proxy.rejectOperations(() => true, 11_000);
    expect(await Promise.all([store.commit.insert(name, { _id: 'a' }), store.commit.update(name, { _id: 'b' }, { $set: { n: 1 } })])).toEqual([false, false]);
    expect(await store.commit.insert(name, { _id: 'a' })).toBe(false);
    expect(await kept().countDocuments()).toBe(0);
  });

  test('lets a write be carried out and its write concern fail', async () => {
    proxy.failWriteConcern(() => true, 64);
    await expect(marks().insertOne({ _id: 'a' })).rejects.toMatchObject({ code: 64 });
    await expect(store.connection.getClient().bulkWrite([{ name: 'insertOne', namespace: `${store.connection.name}.${name}`, document: {} }])).rejects.toMatchObject({ writeConcernErrors: [{ code: 64 }] });
    expect(await kept().countDocuments()).toBe(2);
  });

  test('takes a write back that no majority has, and carries out its repeat', async () => {
    proxy.rollBack(anyWrite, 64, { times: 2 });
    await expect(marks().insertOne({ _id: 'a' })).rejects.toMatchObject({ code: 64 });
    await expect(store.connection.getClient().bulkWrite([{ name: 'insertOne', namespace: `${store.connection.name}.${name}`, document: {} }], { verboseResults: true })).rejects.toMatchObject({ writeConcernErrors: [{ code: 64 }], partialResult: { insertedCount: 1 } });
    expect(await kept().countDocuments()).toBe(0);
    // This code has a label, so the driver repeats the write.
    proxy.rollBack(anyWrite, 189, { times: 1 });
    await marks().insertOne({ _id: 'a' });
    expect(await kept().countDocuments()).toBe(1);
  });

  test('loses a reply, and the repeat gets it without running twice', async () => {
    const rule = proxy.loseReply(anyWrite, { times: 1 });
    await marks().updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { upsert: true });
    expect(rule.hits()).toBe(1);
    expect(await kept().findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 1 });
  });

  test('loses the reply of the repeat too, and the caller cannot know', async () => {
    const rule = proxy.loseReply(anyWrite, { times: 1, repeatsToo: true });
    await expect(store.commit.insert(name, { _id: 'a' })).rejects.toThrow(StoreUnavailable);
    expect(rule.hits()).toBe(1);
    expect(await kept().countDocuments()).toBe(1);
  });

  test('cuts the line before a command is executed', async () => {
    proxy.cut(anyWrite, { times: 2 });
    await expect(marks().insertOne({ _id: 'a' })).rejects.toThrow();
    expect(await kept().countDocuments()).toBe(0);
  });

  test('holds a write back, and lets it through after its sender is gone', async () => {
    const held = proxy.hold(writing(({ filter }) => filter?.['_id'] === 'late'));
    const lost = marks().updateOne({ _id: 'late' }, { $inc: { n: 1 } }, { upsert: true }).catch(() => 'lost');
    await eventually(() => held.hits() === 1);
    await store.connection.close(true);
    await eventually(() => held.orphans() === 1);
    held.releaseLiving();
    await lost;
    await manyRoundTrips();
    expect(await kept().countDocuments()).toBe(0);
    held.release();
    await eventually(async () => (await kept().findOne({ _id: 'late' }))?.n === 1);
  });

  test('makes a repeat wait for a first attempt that is held back', async () => {
    const held = proxy.hold(anyWrite, { times: 1 });
    const written = marks().updateOne({ _id: 'a' }, { $inc: { n: 1 } }, { upsert: true });
    await eventually(() => held.hits() === 1);
    proxy.record();
    proxy.cutAll();
    await eventually(() => proxy.commands().some(({ isWrite }) => isWrite));
    expect(await kept().countDocuments()).toBe(0);
    held.release();
    await written;
    expect(await kept().findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 1 });
  });

  test('stalls the connection; data in flight arrives later', async () => {
    const passes = proxy.silence();
    const written = marks().insertOne({ _id: 'a' });
    await manyRoundTrips();
    expect(await kept().countDocuments()).toBe(0);
    passes();
    await written;
    expect(await kept().countDocuments()).toBe(1);
  });
});

test('what passed can be looked at: names, collections, filters, updates and documents', async () => {
  proxy.record();
  await marks().insertOne({ _id: 'a', n: 1 });
  await marks().findOneAndUpdate({ _id: 'a' }, { $set: { n: 2 } });
  await Promise.all([store.commit.update(name, { _id: 'a' }, { $inc: { n: 1 } }), store.commit.insert('others', { _id: 'b' })]);
  await marks().find({ n: 3 }).toArray();
  expect(proxy.commands().map((command) => [command.name, command.operations])).toEqual([
    ['insert', [{ kind: 'insert', collection: name, document: { _id: 'a', n: 1 } }]],
    ['findAndModify', [{ kind: 'update', collection: name, filter: { _id: 'a' }, update: { $set: { n: 2 } } }]],
    ['bulkWrite', [{ kind: 'update', collection: name, filter: { _id: 'a' }, update: { $inc: { n: 1 } } }, { kind: 'insert', collection: 'others', document: { _id: 'b' } }]],
    ['find', [{ kind: 'read', collection: name, filter: { n: 3 } }]],
  ]);
});
