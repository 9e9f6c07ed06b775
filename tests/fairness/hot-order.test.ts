import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { collections, openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import { callerOf } from '../sandbox/caller.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';

/** Resets of one order, asked for at once. */
const resets = 40;

let sandbox: RunningSandbox;
let face: SandboxInfo;
let store: Store;

beforeAll(async () => {
  sandbox = await runSandbox();
  face = await sandbox.info();
  store = openStore({ uri: face.mongodb_uri, operationTimeoutMs: 30_000 });
  await store.connected;
}, 180_000);

afterAll(async () => {
  await store.close();
  await sandbox.stop();
}, 60_000);

test(`${resets} resets of one order take turns as they were accepted, each called when it is its turn instead of looking again and again`, async () => {
  const order = face.orders[0]!;
  const caller = callerOf(face, order);
  await Promise.all(Array.from({ length: resets }, () => caller.reset({ order_number: order.order_number })));
  const sagas = store.connection.db!.collection<{ _id: string; phase: string; status: string; epoch: number; ended_at: Date }>(collections.sagas);
  const ended = await eventually(async () => {
    const all = await sagas.find({ concurrency_keys: { $regex: order.order_number } }).sort({ _id: 1 }).toArray();
    return all.length === resets && all.every(({ phase }) => phase === 'ended') && all;
  }, 120_000);
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'synced'));
  const ends = ended.map(({ ended_at }) => ended_at.getTime());
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  // A look, a few more while it waits, and the call.
  expect(Math.max(...ended.map(({ epoch }) => epoch))).toBeLessThan(12);
}, 180_000);
