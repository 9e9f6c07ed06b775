import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { intakeRepository } from '@crossroads/store';
import type { MongodbProxy } from '@crossroads/testkit';
import { openMongodbProxy, resetRequestFor } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../stores/own-database.js';
import type { IntakeWorld } from './world.js';
import { intakeWorld, to } from './world.js';

/** What is garbage already is no growth. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const submissions = 20_000;
const megabyte = 1024 * 1024;

let proxy: MongodbProxy;
let world: IntakeWorld;
beforeAll(async () => {
  proxy = await openMongodbProxy({ target: ownDatabase('store-hangs') });
  world = await intakeWorld('store-hangs', { uri: proxy.uri() });
  world.working = false;
});
afterAll(async () => {
  await world.close();
  await proxy.close();
});

test('while MongoDB hangs no more than a bounded number of resets wait for it, and the callers of the others are told at once', async () => {
  const submit = () => world.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: '1' } } });
  // Who calls is known from now on, so that nothing but the insert is asked of MongoDB.
  expect((await submit()).status).toBe(200);

  const sagas = intakeRepository(world.store);
  const outcomes: Promise<string>[] = [];
  let atOnce = 0;
  const accept = (count: number): void => {
    for (let index = 0; index < count; index++) {
      const request = resetRequestFor({ order_number: String(index) });
      const saga = { saga_id: uuidv7(), correlation_id: uuidv7(), type: 'reset_order', version: 1, tenant_id: 'alpha', concurrency_keys: [], request, inbound_request: {}, accepted_at: new Date() };
      const rejected = (error: { name: string; sent: boolean }) => (atOnce++, `${error.name}, ${error.sent ? 'sent' : 'not sent'}`);
      outcomes.push(sagas.accept(saga).then(() => 'stored', rejected));
    }
  };
  const goOn = proxy.silence();
  try {
    collect();
    const before = process.memoryUsage().heapUsed;
    accept(submissions);
    await new Promise((resolve) => setImmediate(resolve));
    expect(atOnce).toBe(submissions - 10_000);
    // As many as have just left, so that the queue is full again.
    accept(1_000);
    const reply = await submit();
    expect([reply.status, reply.headers['retry-after'], reply.body.detail]).toEqual([503, '2', expect.stringContaining('nothing was accepted')]);
    collect();
    expect((process.memoryUsage().heapUsed - before) / megabyte).toBeLessThan(150);
    expect([...new Set(await Promise.all(outcomes))].toSorted()).toEqual(['StoreUnavailable, not sent', 'StoreUnavailable, sent']);
  } finally {
    goOn();
  }
});
