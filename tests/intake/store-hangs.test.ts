import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { intakeRepository } from '@crossroads/store';
import type { MongodbProxy } from '@crossroads/testkit';
import { openMongodbProxy, resetRequestFor } from '@crossroads/testkit';
import { uuidv7 } from 'uuidv7';
import { ownDatabase } from '../stores/own-database.js';
import type { IntakeFixture } from './intake-fixture.js';
import { createIntakeFixture, to } from './intake-fixture.js';

/** Runs the garbage collector, so that only what is still referenced is left. */
const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const submissions = 20_000;
/** Resets that may wait, and those of the batch in flight. */
const limit = 10_000;
const batch = 500;

let proxy: MongodbProxy;
let fixture: IntakeFixture;
beforeAll(async () => {
  proxy = await openMongodbProxy({ target: ownDatabase('store-hangs') });
  fixture = await createIntakeFixture('store-hangs', { uri: proxy.uri() });
  fixture.working = false;
});
afterAll(async () => {
  await fixture.close();
  await proxy.close();
});

test('while MongoDB hangs, a limited number of resets wait, and the others are rejected at once', async () => {
  const submit = () => fixture.call('/v1/order/reset', { headers: to('Beta'), body: { order: { order_number: '1' } } });
  // The intake caches the credentials now, so the insert is the only operation on MongoDB.
  expect((await submit()).status).toBe(200);

  const sagas = intakeRepository(fixture.store);
  const outcomes: Promise<string>[] = [];
  const submitted: WeakRef<object>[] = [];
  let atOnce = 0;
  const accept = (count: number): void => {
    for (let index = 0; index < count; index++) {
      const request = resetRequestFor({ order_number: String(index) });
      const saga = { saga_id: uuidv7(), correlation_id: uuidv7(), type: 'reset_order', version: 1, tenant_id: 'alpha', concurrency_keys: [], request, inbound_request: {}, accepted_at: new Date() };
      const rejected = (error: { name: string; sent: boolean }) => (atOnce++, `${error.name}, ${error.sent ? 'sent' : 'not sent'}`);
      submitted.push(new WeakRef(request));
      outcomes.push(sagas.accept(saga).then(() => 'stored', rejected));
    }
  };
  const resume = proxy.silence();
  try {
    accept(submissions);
    await new Promise((resolve) => setImmediate(resolve));
    expect(atOnce).toBe(submissions - limit);
    // Fills the queue again after some inserts have left it.
    accept(1_000);
    const reply = await submit();
    expect([reply.status, reply.headers['retry-after'], reply.body.detail]).toEqual([503, '2', expect.stringContaining('nothing was accepted')]);
    // A WeakRef keeps its object until the current turn of the event loop ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const kept = submitted.filter((request) => request.deref() !== undefined).length;
    expect(kept).toBeLessThanOrEqual(limit + batch);
    expect([...new Set(await Promise.all(outcomes))].toSorted()).toEqual(['StoreUnavailable, not sent', 'StoreUnavailable, sent']);
  } finally {
    resume();
  }
});
