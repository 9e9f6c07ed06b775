import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { auditLogRepository, collections, keyLastsMs, openStore, retentionRepository } from '@crossroads/store';
import type { RetentionRepository } from '@crossroads/store';
import mongoose from 'mongoose';
import { createPurge } from '../../apps/worker/src/purge.js';
import type { IntakeFixture } from '../intake/intake-fixture.js';
import { createIntakeFixture, to } from '../intake/intake-fixture.js';
import { ownDatabase } from '../stores/own-database.js';
import { costOf, queriesOf } from './watched-queries.js';

const { ObjectId } = mongoose.mongo;
const dayMs = 24 * 3_600_000;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let world: IntakeFixture;
let retention: RetentionRepository;
beforeAll(async () => {
  world = await createIntakeFixture('retention');
  retention = retentionRepository(world.store);
});
afterAll(() => world.close());

const collection = (name: keyof typeof collections) => world.store.connection.db!.collection<{ _id: string | InstanceType<typeof ObjectId>; [field: string]: unknown }>(collections[name]);
const count = (name: keyof typeof collections, filter: object = {}) => collection(name).countDocuments(filter);
const ago = (ms: number) => new Date(Date.now() - ms);

beforeEach(async () => {
  world.working = true;
  await Promise.all((['sagas', 'logs', 'orders', 'purged', 'sessions', 'operatorKeys'] as const).map((name) => collection(name).deleteMany({})));
});
afterEach(() => retention.keepFor('Alpha', undefined));

interface Reset {
  sagaId: string;
  correlationId: string;
  orderId: string;
}

/** Submits a reset of a new order from Alpha to Beta, and waits for its end unless the workers are stopped. */
const givenReset = async (headers: [string, string][] = []): Promise<Reset> => {
  const { order_id, origin_order_number } = await world.deliver();
  const { body } = await world.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: origin_order_number } } });
  const { saga_id, correlation_id } = body.log;
  if (world.working) await world.over(correlation_id);
  return { sagaId: saga_id, correlationId: correlation_id, orderId: order_id };
};

const removeOrder = ({ orderId }: Reset) => collection('orders').deleteOne({ _id: new ObjectId(orderId) });
/** Every ended saga of the tenant has passed this retention. */
const noRetention = { tenantId: 'alpha', days: 0 };

describe('a purge deletes', () => {
  test('a reset after the retention of its tenant, with its log; polling then returns the same 404 as for an unknown reset', async () => {
    const purged = await givenReset();
    await removeOrder(purged);

    expect(await retention.purge(noRetention, 10)).toBe(1);

    const poll = await world.call(`/v1/order/reset/${purged.correlationId}`);
    const unknown = await world.call('/v1/order/reset/unknown-reset');
    expect([poll.status, poll.text.replace(purged.correlationId, 'unknown-reset')]).toEqual([404, unknown.text]);
    expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 0, 0]);
  });

  test('the correlation id and the idempotency key, so that another reset can have them', async () => {
    const names: [string, string][] = [['X-Correlation-ID', 'used-twice'], ['Idempotency-Key', '"twice"']];
    await givenReset(names);
    await retention.purge(noRetention, 10);
    const second = await givenReset(names);
    expect(await count('sagas', { _id: second.sagaId })).toBe(1);
  });

  test('at most one batch at a time, the oldest sagas first', async () => {
    const [first, second] = [await givenReset(), await givenReset()];
    expect(await retention.purge(noRetention, 1)).toBe(1);
    expect([await count('sagas', { _id: first.sagaId }), await count('sagas', { _id: second.sagaId })]).toEqual([0, 1]);
  });

  test('a snapshot after its order was deleted', async () => {
    const kept = await givenReset();
    await retention.purge(noRetention, 10);
    await removeOrder(kept);

    expect(await retention.clearUp(10)).toEqual({ taken: 1, last: kept.sagaId });

    expect([await count('logs'), await count('purged')]).toEqual([0, 0]);
  });

  test('the rest of a saga whose purge was interrupted by a crash', async () => {
    const interrupted = await givenReset();
    await removeOrder(interrupted);
    await collection('purged').insertOne({ _id: interrupted.sagaId, purged_at: new Date() });

    await createPurge({ retention, log: quiet })();

    expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 0, 0]);
  });

  test('an idempotency key after seven days, but not its saga', async () => {
    const old = await givenReset([['Idempotency-Key', '"old"']]);
    const young = await givenReset([['Idempotency-Key', '"young"']]);
    await collection('sagas').updateOne({ _id: old.sagaId }, { $set: { accepted_at: ago(keyLastsMs + 60_000) } });
    await collection('sagas').updateOne({ _id: young.sagaId }, { $set: { accepted_at: ago(keyLastsMs - 60_000) } });

    expect(await retention.forgetKeys(10)).toBe(1);

    expect(await count('sagas', { _id: old.sagaId, idempotency_key: { $exists: false } })).toBe(1);
    expect(await count('sagas', { _id: young.sagaId, idempotency_key: 'young' })).toBe(1);
  });

  test('expired sessions of operators, and operator keys a month after they expired or were revoked, but never the audit log', async () => {
    const session = (name: string, ms: number) => ({ _id: name, username: 'ada', created_at: ago(90 * dayMs), expires_at: ago(ms) });
    const key = (name: string, expires_at: Date | null, revoked_at: Date | null) => ({ _id: name, sha256: '', username: 'ada', created_at: ago(90 * dayMs), expires_at, revoked_at });
    await collection('sessions').insertMany([session('expired', 1_000), session('live', -60_000)]);
    await collection('operatorKeys').insertMany([
      key('expired', ago(31 * dayMs), null),
      key('revoked', null, ago(31 * dayMs)),
      key('revoked lately', null, ago(29 * dayMs)),
      key('live', null, null),
    ]);
    await collection('audit').insertOne({ _id: new ObjectId(), at: ago(3_650 * dayMs), by: 'ada', action: 'resume', outcome: 'done' });

    await retention.removeExpired(10);

    expect((await collection('sessions').find().toArray()).map(({ _id }) => _id)).toEqual(['live']);
    expect((await collection('operatorKeys').find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual(['live', 'revoked lately']);
    expect(await count('audit')).toBe(1);
  });
});

describe('a purge keeps', () => {
  test('the snapshot of an existing order and the entry of its clear, which a recovery needs', async () => {
    const { sagaId, correlationId, orderId } = await givenReset();
    const before = { cleared: await auditLogRepository(world.store).cleared(sagaId), snapshot: await auditLogRepository(world.store).snapshot(sagaId, 7) };

    await retention.purge(noRetention, 10);
    await retention.clearUp(10);

    expect(await count('sagas')).toBe(0);
    expect((await collection('logs').find().toArray()).map(({ step }) => (step as { name: string }).name).sort()).toEqual(['clear-deliveries', 'snapshot-order']);
    expect({ cleared: await auditLogRepository(world.store).cleared(sagaId), snapshot: await auditLogRepository(world.store).snapshot(sagaId, 7) }).toEqual(before);
    expect(before.snapshot.bols).toHaveLength(1);
    // Without its saga, the entry must still show whose data it has.
    expect(await collection('logs').findOne({ 'step.name': 'snapshot-order' })).toMatchObject({ saga_id: sagaId, correlation_id: correlationId, routing: { origin_tenant_id: 'alpha' }, metadata: { crossroads_order_id: orderId } });
    expect(await count('orders', { _id: new ObjectId(orderId) })).toBe(1);
  });

  test('a saga that has not ended, whatever its age', async () => {
    const { sagaId } = await givenReset();
    await collection('sagas').updateOne({ _id: sagaId }, { $set: { phase: 'stopped', accepted_at: ago(3_650 * dayMs), ended_at: ago(3_650 * dayMs) } });
    const entries = await count('logs');

    expect(await retention.purge(noRetention, 10)).toBe(0);

    expect([await count('sagas'), await count('logs')]).toEqual([1, entries]);
  });

  test('a saga that ended within the retention, although it was accepted long before', async () => {
    const { sagaId } = await givenReset();
    const [{ _id, ...saga }] = (await collection('sagas').find({ _id: sagaId }).toArray()) as [{ _id: string }];
    await collection('sagas').insertOne({ ...saga, _id: '00000000-0000-7000-8000-000000000000', correlation_id: 'old', ended_at: ago(6 * dayMs) });
    expect(await retention.purge({ tenantId: 'alpha', days: 7 }, 10)).toBe(0);
    expect(await retention.purge({ tenantId: 'alpha', days: 5 }, 10)).toBe(1);
  });

  test('all sagas of a tenant without a retention', async () => {
    await givenReset();
    const before = [await count('sagas'), await count('logs')];
    await retention.keepFor('Beta', 7);
    await createPurge({ retention, log: quiet })();
    expect([await count('sagas'), await count('logs')]).toEqual(before);
    await retention.keepFor('Beta', undefined);
  });
});

test('workers that purge the same sagas at the same time do not fail and purge each saga once', async () => {
  for (let each = 0; each < 10; each++) await givenReset();
  await retention.keepFor('Alpha', 0);
  const rounds = Array.from({ length: 4 }, () => createPurge({ retention, log: quiet })());
  await Promise.all(rounds);
  expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 20, 10]);
});

test('every query and delete of a purge uses an index', async () => {
  const store = openStore({ uri: `${ownDatabase('retention')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  try {
    for (let each = 0; each < 5; each++) await givenReset([['Idempotency-Key', `"${each}"`]]);
    await collection('sagas').updateOne({}, { $set: { accepted_at: ago(2 * keyLastsMs) } });
    await collection('sessions').insertOne({ _id: 'expired', username: 'ada', created_at: ago(dayMs), expires_at: ago(1_000) });
    const watched = retentionRepository(store);
    const queries = await queriesOf(store, async () => {
      await watched.tenants();
      await watched.forgetKeys(10);
      await watched.purge(noRetention, 10);
      await watched.clearUp(10);
      await watched.clearUp(10, '0');
      await watched.removeExpired(10);
    });
    expect(queries.length).toBeGreaterThan(15);
    // MongoDB cannot explain a batch of several updates. The batches here select each document by its id.
    const single = queries.filter(({ command }) => ((command['updates'] ?? [0]) as unknown[]).length === 1);
    for (const query of single) expect({ ...(await costOf(store, query)), query: JSON.stringify(query.command).slice(0, 200) }).toMatchObject({ searches: [] });
  } finally {
    await store.close();
  }
});
