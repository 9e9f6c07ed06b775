import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { collections, openStore } from '@crossroads/store';
import { liveFindings } from '../../tools/chaos/src/live-checks.js';
import { ownDatabase } from '../stores/own-database.js';

/** Has no indexes, because the unique ones would prevent the states that the checks must find. */
let store: Store;
beforeAll(async () => {
  store = openStore({ uri: ownDatabase('live-checks'), operationTimeoutMs: 10_000 });
  await store.connected;
});
afterEach(() => store.connection.db!.dropDatabase());
afterAll(() => store.close());

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const add = (name: string, document: object) => store.connection.db!.collection(name).insertOne({ ...document });
const saga = (_id: string, more: object = {}) =>
  add(collections.sagas, { _id, type: 'reset_order', phase: 'running', status: 'pending', epoch: 1, settled_epoch: 1, accepted_at: ago(600), updated_at: ago(600), concurrency_keys: [], ...more });
const recovery = (_id: string, of: string, phase: string) => saga(_id, { type: 'recover_order', phase, request: { recovers: { saga_id: of } } });
const violations = async () => (await liveFindings(store, { overdueMinutes: 1 })).filter((finding) => finding.violations.length > 0).map(({ promise, violations: found }) => ({ promise, subjects: found.map(({ subject }) => subject).sort() }));

test('finds a saga that has been due for more than a minute, and no other', async () => {
  await saga('due', { next_run_at: ago(2) });
  await saga('due-at-once', { next_run_at: new Date(0) });
  await saga('just-resumed', { next_run_at: new Date(0), updated_at: new Date() });
  await saga('just-due', { next_run_at: ago(0.5) });
  await saga('delayed', { next_run_at: ago(-5) });
  await saga('stopped', { phase: 'stopped' });
  expect(await violations()).toEqual([{ promise: 'no saga due for more than 1 minute without progress', subjects: ['due', 'due-at-once'] }]);
});

test('finds two open recoveries of one reset, but not two in sequence', async () => {
  await recovery('a1', 'reset-a', 'ended');
  await recovery('a2', 'reset-a', 'waiting');
  await recovery('b1', 'reset-b', 'stopped');
  await recovery('b2', 'reset-b', 'running');
  expect(await violations()).toEqual([{ promise: 'one recovery of a reset at a time', subjects: ['reset-b'] }]);
});
