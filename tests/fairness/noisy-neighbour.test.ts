import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSagaQueue } from '@crossroads/saga-bullmq';
import type { Store } from '@crossroads/store';
import { openStore } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import { callerOf } from '../sandbox/caller.js';
import { storeSagas } from '../sandbox/many-sagas.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';

/** Resets that one tenant has waiting for a destination that never answers. Set NOISY_SAGAS=50000 for the whole of it. */
const noise = Number(process.env['NOISY_SAGAS'] ?? 3_000);

let sandbox: RunningSandbox;
let face: SandboxInfo;
let store: Store;

beforeAll(async () => {
  sandbox = await runSandbox();
  face = await sandbox.info();
  store = openStore({ uri: face.mongodb_uri, operationTimeoutMs: 30_000 });
  await store.connected;
  await behave({ order_number: '*', reply: 'hang' });
  await makeNoise();
}, 180_000 + 20 * noise);

afterAll(async () => {
  await store.close();
  await sandbox.stop();
}, 60_000);

const behave = (behaviour: object) =>
  fetch(`${face.destination_url}/behave`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(behaviour) });

/** Stores and enqueues the sagas of the heavy tenant, as the intake does. */
const makeNoise = async (): Promise<void> => {
  const sagas = await storeSagas(store, noise);
  const queue = openSagaQueue(face.redis_url, () => undefined);
  await eventually(async () => (await queue.count()) >= 0);
  const requests = sagas.map((saga) => ({ sagaId: saga.saga_id, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch: 0 }));
  // A job that was not acknowledged in time may exist. The workers' sweep enqueues the others.
  for (let from = 0; from < requests.length; from += 500) await queue.enqueueAll(requests.slice(from, from + 500)).catch(() => undefined);
  await queue.close();
};

test(`while one tenant has ${noise} resets waiting for a destination that hangs, another's starts within 2 s and ends within 5 s`, async () => {
  const quiet = face.orders.filter(({ origin }) => origin === 'Harbor Retail').slice(0, 4);
  expect(quiet).toHaveLength(4);
  const figures: string[] = [];
  for (const order of quiet) {
    await behave({ order_number: order.order_number, reply: 'ok' });
    const caller = callerOf(face, order);
    const began = performance.now();
    const reply = await caller.reset({ order_number: order.order_number });
    await eventually(async () => (await caller.progress(reply.log!.correlation_id)).logs.length > 1, 2_000);
    const startedMs = performance.now() - began;
    const outcome = await caller.outcome(reply, 5_000 - startedMs);
    expect(outcome.status).toBe('synced');
    figures.push(`${Math.round(startedMs)} ms to the start, ${Math.round(performance.now() - began)} ms to the end`);
  }
  if (process.env['NOISY_SAGAS']) console.log(figures.join('\n'));
}, 60_000);
