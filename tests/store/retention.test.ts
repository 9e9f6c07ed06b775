import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { auditLogRepository, collections, keyLastsMs, openStore, orderRepository, retentionRepository } from '@crossroads/store';
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

/** A reset of an order of its own, from Alpha to Beta, at its end unless nobody works. */
const reset = async (headers: [string, string][] = []): Promise<Reset> => {
  const { order_id, origin_order_number } = await world.deliver();
  const { body } = await world.call('/v1/order/reset', { headers: [...to('Beta'), ...headers], body: { order: { order_number: origin_order_number } } });
  const { saga_id, correlation_id } = body.log;
  if (world.working) await world.over(correlation_id);
  return { sagaId: saga_id, correlationId: correlation_id, orderId: order_id };
};

const removeOrder = ({ orderId }: Reset) => collection('orders').deleteOne({ _id: new ObjectId(orderId) });
/** Whatever has ended by now is old enough. */
const atOnce = { tenantId: 'alpha', days: 0 };

describe('what must go', () => {
  test('a reset that ended longer ago than its tenant keeps it goes with its log; polling it answers 404, as for one that never was', async () => {
    const gone = await reset();
    await removeOrder(gone);

    expect(await retention.purge(atOnce, 10)).toBe(1);

    const poll = await world.call(`/v1/order/reset/${gone.correlationId}`);
    const never = await world.call('/v1/order/reset/never-was-one');
    expect([poll.status, poll.text.replace(gone.correlationId, 'never-was-one')]).toEqual([404, never.text]);
    expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 0, 0]);
  });

  test('its correlation id and its idempotency key may then name another reset', async () => {
    const names: [string, string][] = [['X-Correlation-ID', 'used-twice'], ['Idempotency-Key', '"twice"']];
    await reset(names);
    await retention.purge(atOnce, 10);
    const second = await reset(names);
    expect(await count('sagas', { _id: second.sagaId })).toBe(1);
  });

  test('no more than a page goes at a time, oldest first', async () => {
    const [first, second] = [await reset(), await reset()];
    expect(await retention.purge(atOnce, 1)).toBe(1);
    expect([await count('sagas', { _id: first.sagaId }), await count('sagas', { _id: second.sagaId })]).toEqual([0, 1]);
  });

  test('the snapshot goes once its order is gone', async () => {
    const kept = await reset();
    await retention.purge(atOnce, 10);
    await removeOrder(kept);

    expect(await retention.clearUp(10)).toEqual({ taken: 1, last: kept.sagaId });

    expect([await count('logs'), await count('purged')]).toEqual([0, 0]);
  });

  test('what a crash left of a retired saga goes with the next round', async () => {
    const half = await reset();
    await removeOrder(half);
    await collection('purged').insertOne({ _id: half.sagaId, purged_at: new Date() });

    await createPurge({ retention, log: quiet })();

    expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 0, 0]);
  });

  test('an idempotency key goes after seven days, and its saga stays', async () => {
    const old = await reset([['Idempotency-Key', '"old"']]);
    const young = await reset([['Idempotency-Key', '"young"']]);
    await collection('sagas').updateOne({ _id: old.sagaId }, { $set: { accepted_at: ago(keyLastsMs + 60_000) } });
    await collection('sagas').updateOne({ _id: young.sagaId }, { $set: { accepted_at: ago(keyLastsMs - 60_000) } });

    expect(await retention.forgetKeys(10)).toBe(1);

    expect(await count('sagas', { _id: old.sagaId, idempotency_key: { $exists: false } })).toBe(1);
    expect(await count('sagas', { _id: young.sagaId, idempotency_key: 'young' })).toBe(1);
  });

  test("operators' sessions go when they expire, their keys a month after they ceased to work, and the audit trail never", async () => {
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

describe('what must stay', () => {
  test('the snapshot of an order that exists, and that it was cleared, as a recovery reads them', async () => {
    const { sagaId, orderId } = await reset();
    const before = { cleared: await auditLogRepository(world.store).cleared(sagaId), snapshot: await auditLogRepository(world.store).snapshot(sagaId, 7) };

    await retention.purge(atOnce, 10);
    await retention.clearUp(10);

    expect(await count('sagas')).toBe(0);
    expect((await collection('logs').find().toArray()).map(({ step }) => (step as { name: string }).name).sort()).toEqual(['clear-deliveries', 'snapshot-order']);
    expect({ cleared: await auditLogRepository(world.store).cleared(sagaId), snapshot: await auditLogRepository(world.store).snapshot(sagaId, 7) }).toEqual(before);
    expect(before.snapshot.bols).toHaveLength(1);
    expect(await count('orders', { _id: new ObjectId(orderId) })).toBe(1);
  });

  test('all of a saga that has not ended, however old', async () => {
    const { sagaId } = await reset();
    await collection('sagas').updateOne({ _id: sagaId }, { $set: { phase: 'stopped', accepted_at: ago(3_650 * dayMs), ended_at: ago(3_650 * dayMs) } });
    const entries = await count('logs');

    expect(await retention.purge(atOnce, 10)).toBe(0);

    expect([await count('sagas'), await count('logs')]).toEqual([1, entries]);
  });

  test('all of a saga that ended too recently, though it was accepted long ago', async () => {
    const { sagaId } = await reset();
    const [{ _id, ...saga }] = (await collection('sagas').find({ _id: sagaId }).toArray()) as [{ _id: string }];
    await collection('sagas').insertOne({ ...saga, _id: '00000000-0000-7000-8000-000000000000', correlation_id: 'old', ended_at: ago(6 * dayMs) });
    expect(await retention.purge({ tenantId: 'alpha', days: 7 }, 10)).toBe(0);
    expect(await retention.purge({ tenantId: 'alpha', days: 5 }, 10)).toBe(1);
  });

  test('a saga whose order is held for it still, until the sweep has given the order back', async () => {
    const { sagaId, orderId } = await reset();
    await collection('orders').updateOne({ _id: new ObjectId(orderId) }, { $set: { lock: { saga_id: sagaId, epoch: 9 } } });
    expect(await retention.purge(atOnce, 10)).toBe(0);
    await orderRepository(world.store).unlock(orderId, { sagaId });
    expect(await retention.purge(atOnce, 10)).toBe(1);
  });

  test('everything of a tenant that has set nothing, by a whole round', async () => {
    await reset();
    const before = [await count('sagas'), await count('logs')];
    await retention.keepFor('Beta', 7);
    await createPurge({ retention, log: quiet })();
    expect([await count('sagas'), await count('logs')]).toEqual(before);
    await retention.keepFor('Beta', undefined);
  });
});

test('workers that retire the same sagas at once do it once, and none of them fails', async () => {
  for (let each = 0; each < 10; each++) await reset();
  await retention.keepFor('Alpha', 0);
  const rounds = Array.from({ length: 4 }, () => createPurge({ retention, log: quiet })());
  await Promise.all(rounds);
  expect([await count('sagas'), await count('logs'), await count('purged')]).toEqual([0, 20, 10]);
});

test('each of its queries and deletes goes by an index', async () => {
  const store = openStore({ uri: `${ownDatabase('retention')}&monitorCommands=true`, operationTimeoutMs: 10_000 });
  await store.connected;
  try {
    for (let each = 0; each < 5; each++) await reset([['Idempotency-Key', `"${each}"`]]);
    await collection('sagas').updateOne({}, { $set: { accepted_at: ago(2 * keyLastsMs) } });
    await collection('sessions').insertOne({ _id: 'expired', username: 'ada', created_at: ago(dayMs), expires_at: ago(1_000) });
    const watched = retentionRepository(store);
    const queries = await queriesOf(store, async () => {
      await watched.tenants();
      await watched.forgetKeys(10);
      await watched.purge(atOnce, 10);
      await watched.clearUp(10);
      await watched.clearUp(10, '0');
      await watched.removeExpired(10);
    });
    expect(queries.length).toBeGreaterThan(15);
    // A batch of several updates cannot be explained; ours names each document by its id.
    const single = queries.filter(({ command }) => ((command['updates'] ?? [0]) as unknown[]).length === 1);
    for (const query of single) expect({ ...(await costOf(store, query)), query: JSON.stringify(query.command).slice(0, 200) }).toMatchObject({ searches: [] });
  } finally {
    await store.close();
  }
});
