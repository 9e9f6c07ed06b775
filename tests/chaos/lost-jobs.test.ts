import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { storeSagas } from '../sandbox/many-sagas.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';

/** Open sagas that have no job. Set LOST_JOBS=10000 for the promised number. */
const count = Number(process.env['LOST_JOBS'] ?? 1_500);

let sandbox: RunningSandbox;
let store: Store;

beforeAll(async () => {
  sandbox = await runSandbox();
  store = openStore({ uri: (await sandbox.info()).mongodb_uri, operationTimeoutMs: 30_000 });
  await store.connected;
}, 180_000);

afterAll(async () => {
  await store.close();
  await sandbox.stop();
}, 60_000);

test(`workers claim ${count} sagas whose jobs Redis has lost within 60 s`, async () => {
  await storeSagas(store, count);
  const untouched = () => store.connection.db!.collection('sagas').countDocuments({ epoch: 0 });
  await eventually(async () => (await untouched()) === 0, 60_000);
  expect(await untouched()).toBe(0);
}, 240_000);
