import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import mongoose from 'mongoose';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { guardedUpdate } from './guarded-update.js';
import type { Store } from './open-store.js';
import { openStore } from './open-store.js';

const { Long } = mongoose.mongo;
type Document = mongo.Document;

let store: Store;
const plain = () => store.connection.db!.collection<{ _id: number }>('plain');
const guarded = () => store.connection.db!.collection<{ _id: number }>('guarded');

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('guarded-update'), operationTimeoutMs: 10_000 });
  await store.connected;
});
afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

const now = new Date('2026-01-02T03:04:05Z');
const order = { bols: [{ bol_number: 'B' }], executed_drops: [], progression_state: 'COMPLETE', version: 7 };
const locked = (applied?: object) => ({ ...order, lock: { saga_id: 's', epoch: 2, ...(applied && { applied }) } });

/** Documents as they are stored, also by other systems. */
const documents: Document[] = [
  {},
  { epoch: 1, phase: 'running', next_run_at: now, settled_epoch: 0 },
  { epoch: 1, phase: 'stopped', settled_epoch: 1, error: { code: 'x' }, step: 'a' },
  { epoch: Long.fromNumber(1), phase: 'waiting', next_run_at: new Date(0), settled_epoch: 1 },
  { epoch: '1', phase: null },
  { epoch: null, next_run_at: null },
  order,
  { ...order, lock: null },
  { ...order, progression_state: null, version: 7.5 },
  { bols: null, version: Long.fromNumber(7) },
  locked(),
  locked({}),
  locked({ cleared_version: 7 }),
  locked({ cleared_version: 7, deliveries_restored: true, progression_was: null }),
  { ...locked(), lock: { saga_id: 's', epoch: '2' } },
  { ...locked(), lock: { saga_id: 's' } },
  { ...locked(), progression_state: '$version' },
];

/** Filters in every form that the repositories use. */
const filters: Document[] = [
  { epoch: 1 },
  { epoch: 2 },
  { epoch: null },
  { phase: { $in: ['stopped', 'waiting'] } },
  { phase: { $ne: 'stopped' } },
  { next_run_at: { $exists: true }, $expr: { $lte: ['$next_run_at', '$$NOW'] } },
  { next_run_at: new Date(0) },
  { next_run_at: { $exists: false } },
  { settled_epoch: { $lt: 1 } },
  { settled_epoch: { $gte: 1 }, epoch: 1 },
  { 'lock.saga_id': 's', 'lock.epoch': 2 },
  { 'lock.saga_id': 's', 'lock.epoch': { $lte: 3 } },
  { 'lock.saga_id': { $exists: true, $ne: 't' } },
  { lock: { $exists: false } },
  { $or: [{ lock: { $exists: false } }, { 'lock.saga_id': 's', 'lock.epoch': { $lte: 2 } }] },
  { 'lock.saga_id': 's', version: 7, 'lock.applied.cleared_version': { $exists: false } },
  { progression_state: 'COMPLETE' },
  { progression_state: '$version' },
  { progression_state: null },
  { progression_state: { $exists: false } },
];

const updates: (Document | Document[])[] = [
  { $set: { 'lock.saga_id': 's', 'lock.epoch': 3 } },
  { $set: { bols: [], executed_drops: [], 'lock.applied.cleared_version': 7 }, $inc: { version: 1 } },
  { $set: { progression_state: '$version', 'lock.applied.progression_was': null }, $inc: { version: 1 } },
  { $set: { lock: { saga_id: 't', epoch: 1 } }, $unset: { progression_state: 1 } },
  { $set: { list: [{ $gt: 1, 'a.b': '$c' }] } },
  [{ $set: { epoch: 2, next_run_at: { $add: ['$$NOW', 0] } } }],
  [{ $set: { phase: 'ended', step: '$$REMOVE', error: { $literal: { code: '$x' } }, settled_epoch: '$epoch', next_run_at: { $cond: [{ $eq: ['$phase', 'stopped'] }, '$$REMOVE', now] } } }],
];

/** Leaves out what the repositories never send: `$inc` of a field that is no number, and a dotted path inside null. */
const isPossible = (document: Document, update: Document | Document[]): boolean => {
  const { $inc, $set = {} } = update as { $inc?: object; $set?: object };
  const isNumber = typeof document['version'] === 'number' || document['version'] instanceof Long;
  return (!$inc || isNumber) && (document['lock'] !== null || !Object.keys($set).some((path) => path.startsWith('lock.')));
};

const withoutTime = (document: Document | null): unknown => document && { ...document, ...(document['next_run_at'] > now && { next_run_at: 'now' }) };

describe.each(updates.map((update) => [JSON.stringify(update), update] as const))('the guarded update %s', (_, update) => {
  test.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))('with the filter %s changes the same documents as MongoDB does', async (_filter, filter) => {
    await Promise.all([plain().deleteMany({}), guarded().deleteMany({})]);
    const possible = documents.filter((document) => isPossible(document, update)).map((document, index) => ({ ...document, _id: index }));
    await Promise.all([plain().insertMany(possible), guarded().insertMany(possible)]);
    expect(guardedUpdate({ _id: 1, ...filter }, update)).toBeDefined();
    const matched = await Promise.all(possible.map(async ({ _id }) => (await plain().updateOne({ _id, ...filter }, update)).matchedCount === 1));
    expect(await Promise.all(possible.map(({ _id }) => store.commit.update('guarded', { _id, ...filter }, update)))).toEqual(matched);
    const read = async (collection: mongo.Collection<{ _id: number }>) => (await collection.find({}, { sort: { _id: 1 }, promoteLongs: false }).toArray()).map(withoutTime);
    expect(await read(guarded())).toEqual(await read(plain()));
  });
});

test('a guarded update finds its document by _id alone, and on a router also by the shard key', () => {
  const filter = { _id: 'a', tenant_id: 't', epoch: 1 };
  const key = ['tenant_id'];
  expect(guardedUpdate(filter, { $set: { n: 1 } }, { key, isRouter: false })!.filter).toEqual({ _id: 'a' });
  expect(guardedUpdate(filter, { $set: { n: 1 } }, { key, isRouter: true })!.filter).toEqual({ _id: 'a', tenant_id: 't' });
  expect(guardedUpdate({ _id: 'a', tenant_id: 't' }, { $set: { n: 1 } }, { key, isRouter: false })).toBeUndefined();
});

test.each<[string, Document, Document | Document[]]>([
  ['without conditions', { _id: 'a' }, { $set: { n: 1 } }],
  ['of several documents', { _id: { $in: ['a', 'b'] }, epoch: 1 }, { $set: { n: 1 } }],
  ['with a comparison of dates', { _id: 'a', at: { $lt: now } }, { $set: { n: 1 } }],
  ['with a pattern', { _id: 'a', name: { $regex: 'x' } }, { $set: { n: 1 } }],
  ['that adds to a list', { _id: 'a', epoch: 1 }, { $push: { list: 1 } }],
  ['that removes a member', { _id: 'a', epoch: 1 }, { $unset: { 'lock.applied': 1 } }],
  ['in two stages', { _id: 'a', epoch: 1 }, [{ $set: { n: 1 } }, { $unset: 'm' }]],
])('an update %s is sent as it is', (_, filter, update) => {
  expect(guardedUpdate(filter, update)).toBeUndefined();
});

test('an update that may set what was there already is repeated with its filter, so that a match is not missed', async () => {
  await guarded().insertOne({ _id: 900, epoch: 1, phase: 'running' } as never);
  expect(await store.commit.update('guarded', { _id: 900, epoch: 1 }, { $set: { phase: 'running' } })).toBe(true);
  expect(await store.commit.update('guarded', { _id: 900, epoch: 2 }, { $set: { phase: 'running' } })).toBe(false);
});
