import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lineKeysOfRequest } from '@crossroads/order-reset';
import { openBells } from '@crossroads/queue';
import type { NewSaga, Store } from '@crossroads/store';
import { intakeRepository, openStore, orderBook } from '@crossroads/store';
import { eventually } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import type { Face } from '../../apps/sandbox/src/face.js';
import { sampleOrders } from '../../apps/sandbox/src/seed/orders.js';
import { callerOf } from '../sandbox/caller.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';

/** Resets that one tenant has waiting for a destination that never answers. Set NOISY_SAGAS=50000 for the whole of it. */
const noise = Number(process.env['NOISY_SAGAS'] ?? 3_000);

const [template] = sampleOrders();

let sandbox: RunningSandbox;
let face: Face;
let store: Store;

beforeAll(async () => {
  sandbox = await runSandbox();
  face = await sandbox.face();
  store = openStore({ uri: face.mongodb_uri, operationTimeoutMs: 30_000 });
  await store.connected;
  await behave({ order_number: '*', reply: 'hang' });
}, 180_000);

afterAll(async () => {
  await store.close();
  await sandbox.stop();
}, 60_000);

const behave = (behaviour: object) =>
  fetch(`${face.destination_url}/behave`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(behaviour) });

/** The heavy tenant's sagas, stored and rung for as the intake does it. */
const makeNoise = async (): Promise<void> => {
  const { routing } = template!;
  const orders = orderBook(store);
  const sagas = intakeRepository(store);
  const bells = openBells(face.redis_url, () => undefined);
  const accepted: NewSaga[] = Array.from({ length: noise }, (_, index) => {
    const request = {
      order: { order_number: `noise-${index}` },
      caller: {
        tenant_id: routing.origin_tenant_id!,
        tenant_name: routing.origin_tenant_name!,
        instance_id: routing.origin_instance_id,
        instance_name: routing.origin_instance_name,
        source_system: routing.origin_source_system,
        source_system_id: routing.origin_source_system_id,
      },
      dest_tenant_name: routing.destination_tenant_name!,
    };
    return {
      saga_id: uuidv7(),
      correlation_id: uuidv7(),
      type: 'reset_order',
      version: 1,
      tenant_id: request.caller.tenant_id,
      line_keys: lineKeysOfRequest(request),
      request,
      inbound_request: {},
      accepted_at: new Date(),
    };
  });
  const inBatches = async <T>(items: readonly T[], each: (item: T) => Promise<unknown>) => {
    for (let from = 0; from < items.length; from += 500) await Promise.all(items.slice(from, from + 500).map(each));
  };
  await inBatches(accepted, (saga) =>
    orders.put({ ...template!, order_id: saga.saga_id.replaceAll('-', '').slice(-24), origin_order_number: (saga.request as { order: { order_number: string } }).order.order_number, destination_order_number: `d-${saga.saga_id}` }),
  );
  await inBatches(accepted, (saga) => sagas.accept(saga));
  await eventually(async () => {
    await bells.count();
    return true;
  });
  await bells.ringAll(accepted.map((saga) => ({ sagaId: saga.saga_id, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch: 0 })));
  await bells.close();
};

test(`while one tenant has ${noise} resets waiting for a destination that hangs, another's starts within 2 s and ends within 5 s`, async () => {
  await makeNoise();
  const quiet = face.orders.filter(({ origin }) => origin === 'Harbor Retail').slice(0, 4);
  expect(quiet).toHaveLength(4);
  for (const order of quiet) {
    await behave({ order_number: order.order_number, reply: 'ok' });
    const caller = callerOf(face, order);
    const began = performance.now();
    const reply = await caller.reset({ order_number: order.order_number });
    await eventually(async () => (await caller.progress(reply.log!.correlation_id)).logs.length > 1, 2_000);
    const outcome = await caller.outcome(reply, 5_000 - (performance.now() - began));
    expect(outcome.status).toBe('synced');
  }
}, 300_000);
