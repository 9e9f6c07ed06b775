import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entryOf, eventually, journalContract, openMongodbProxy, ordersContract, resetRequestFor, sagasContract } from '@crossroads/testkit';
import type { Claim } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { newReset } from '../../../../tests/stores/new-reset.js';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import { auditLogRepository, intakeRepository, journalRepository, makeIndexes, openStore, orderRepository, sagaRepository } from '../index.js';
import type { SagaMetadata, Store } from '../index.js';
import { snapshotOf } from './lossless-bson.js';
import { dueImmediately } from '../sagas/saga-writes.js';

const { BSON, ObjectId, Decimal128, Double, Int32, Long, Binary } = mongoose.mongo;

let store: Store;
let closeDatabase = async (): Promise<void> => {};
/** For the file that runs these suites again, on a replica set. */
export const suiteStore = (): Store => store;
const orders = () => store.connection.db!.collection('orders');

beforeAll(async () => {
  store = openStore({ uri: await databaseUri(), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
  await closeDatabase();
});

/** In a file named `*.replica-set.test.ts`, the suites reach their database through a proxy that imitates a replica set. */
const databaseUri = async (): Promise<string> => {
  const target = ownDatabase('store');
  if (!expect.getState().testPath?.endsWith('.replica-set.test.ts')) return target;
  const proxy = await openMongodbProxy({ target, replicaSet: 'rs' });
  closeDatabase = () => proxy.close();
  return proxy.uri();
};

let number = 4711;
const deliver = async (fields: object = {}): Promise<string> => {
  await orders().deleteMany({});
  const { insertedId } = await orders().insertOne({
    routing: {
      origin_tenant_id: 'alpha',
      origin_tenant_name: 'Alpha',
      origin_instance_id: 'alpha-1',
      origin_instance_name: 'Alpha One',
      origin_source_system: 'webhook',
      origin_source_system_id: null,
      destination_tenant_id: 'beta',
      destination_tenant_name: 'Beta',
      destination_instance_id: 'beta-1',
      destination_instance_name: 'Beta One',
      destination_source_system: 'webhook',
      destination_source_system_id: null,
    },
    origin_order_number: String(number),
    destination_order_number: '90001',
    drops: [{ volume: 1 }],
    bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }],
    executed_drops: [{ site: 'site-104' }],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    ...fields,
  });
  return insertedId.toHexString();
};

ordersContract('MongoDB', async () => ({
  orders: orderRepository(store),
  deliver,
  saveBol: async (orderId, bol_number) => {
    await orders().updateOne({ _id: new ObjectId(orderId) }, { $push: { bols: { bol_number } } as never, $inc: { version: 1 } });
  },
  remove: async (orderId) => void (await orders().deleteOne({ _id: new ObjectId(orderId) })),
  unlock: async (orderId) => void (await orders().updateOne({ _id: new ObjectId(orderId) }, { $unset: { lock: 1 } })),
  saga: async (sagaId, phase) => {
    const sagas = store.connection.db!.collection<{ _id: string }>('sagas');
    await sagas.updateOne({ _id: sagaId }, { $set: { phase, tenant_id: 'alpha', correlation_id: sagaId } }, { upsert: true });
  },
  look: async (orderId) => {
    const order = (await orders().findOne({ _id: new ObjectId(orderId) }))!;
    return {
      bols: order['bols'].map((bol: { bol_number: string }) => bol.bol_number),
      drops: order['executed_drops'].length,
      progression: order['progression_state'],
      version: order['version'],
      ownLock: order['lock'] !== undefined,
      lock: order['lock'] ? { saga: order['lock'].saga_id, epoch: order['lock'].epoch, hasWaiters: order['lock'].has_waiters ?? false } : null,
    };
  },
}));

const accept = async (): Promise<string> => {
  const reset = newReset(String(number));
  await intakeRepository(store).accept(reset);
  return reset.saga_id;
};

sagasContract('MongoDB', async () => ({
  sagas: sagaRepository(store, [{ type: 'reset_order', version: 1 }]),
  accept,
  makeDue: async (sagaId) => {
    await store.connection.db!.collection<{ _id: string }>('sagas').updateOne({ _id: sagaId }, { $set: { next_run_at: dueImmediately } });
  },
}));

const metadata = { tenantId: 'alpha', correlationId: 'c', type: 'reset_order', request: resetRequestFor({ order_number: '4711' }), inboundRequest: {} };
const journal = () => journalRepository(store);

journalContract('MongoDB', async () => {
  const { read, write } = journal();
  return { sagaId: uuidv7(), read, write: (entry) => write(entry, metadata, {}) };
});

describe('a claim', () => {
  const sagas = () => sagaRepository(store, [{ type: 'reset_order', version: 1 }]);
  const nextRunAt = async (sagaId: string) => (await store.connection.db!.collection<{ _id: string; next_run_at: Date }>('sagas').findOne({ _id: sagaId }))!.next_run_at.getTime();

  test('that is renewed holds its saga longer', async () => {
    const claim = (await sagas().claim(await accept())) as Claim<SagaMetadata>;
    const before = await nextRunAt(claim.sagaId);
    await eventually(async () => {
      await sagas().renew([claim]);
      return (await nextRunAt(claim.sagaId)) > before;
    });
  });

  test('that is renewed just after it was settled does not delay the next attempt', async () => {
    const claim = (await sagas().claim(await accept())) as Claim<SagaMetadata>;
    await sagas().saveState(claim, { phase: 'waiting', status: 'pending', failures: 0, delayMs: 2_000 });
    const before = await nextRunAt(claim.sagaId);
    await sagas().renew([claim]);
    expect(await nextRunAt(claim.sagaId)).toBe(before);
  });
});

describe('a worker that knows an older saga', () => {
  test('does not claim a newer one', async () => {
    const saga = await accept();
    expect(await sagaRepository(store, [{ type: 'reset_order', version: 0 }]).claim(saga)).toBe('not-ours');
    expect(await sagaRepository(store, [{ type: 'recover_order', version: 1 }]).claim(saga)).toBe('not-ours');
  });
});

describe('values a JavaScript number cannot hold', () => {
  const odd = {
    bols: [
      {
        gross: Decimal128.fromString('7900.0000000000000000'),
        net: new Double(7900),
        count: new Int32(3),
        big: Long.fromString('9007199254740993'),
        before1970: new Date(-1),
        bytes: new Binary(Buffer.from([0, 255])),
        empty: {},
        'a.b': 1,
        $cash: 2,
      },
    ],
    executed_drops: [],
  };

  test('survive snapshot, audit log, clear and restore byte for byte', async () => {
    const orderId = await deliver(odd);
    const raw = async () => Buffer.from((await orders().findOne({ _id: new ObjectId(orderId) }, { raw: true, projection: { _id: 0, bols: 1, executed_drops: 1 } })) as never);
    const before = await raw();
    const owner = { sagaId: uuidv7(), epoch: 1 };
    const repository = orderRepository(store);
    await repository.lock(orderId, owner);
    const snapshot = await repository.snapshot(orderId);
    await journal().write(entryOf(owner.sagaId, 1, 'done', { detail: { extra_data: snapshot } }), metadata, {});
    await repository.clearDeliveries(orderId, 7, owner);
    const saved = await auditLogRepository(store).snapshot(owner.sagaId, 7);
    expect(saved.sha256).toBe(snapshot.sha256);
    await repository.restoreDeliveries(orderId, saved, owner);
    expect((await raw()).equals(before)).toBe(true);
  });
});

describe('a document that JavaScript cannot hold exactly', () => {
  test('is rejected before anything is cleared', async () => {
    const orderId = await deliver();
    const twice = Buffer.from(BSON.serialize({ a1: 'first', a2: 'second' }));
    twice[twice.indexOf('a2') + 1] = '1'.charCodeAt(0);
    const raw = Buffer.from(BSON.serialize({ _id: new ObjectId(orderId), bols: [], executed_drops: [], progression_state: 'COMPLETE', version: 1, odd: 'here' }));
    expect(snapshotOf(raw)[1]).toMatchObject({ progression_state: 'COMPLETE' });
    const at = raw.indexOf(Buffer.from('\u0002odd\0'));
    const odd = Buffer.concat([raw.subarray(0, at), Buffer.from('\u0003odd\0'), twice, raw.subarray(at + 5 + 4 + 5)]);
    odd.writeInt32LE(odd.length, 0);
    expect(snapshotOf(odd)[1]).toMatchObject({ code: 'order.not_representable' });
  });
});

describe('group commit', () => {
  test('gives each caller the result of its own write', async () => {
    const _id = new ObjectId();
    const outcomes = await Promise.all([
      store.commit.insert('crossroads_logs', { _id, title: 'first' }),
      store.commit.insert('crossroads_logs', { _id, title: 'second' }),
      store.commit.update('crossroads_logs', { _id }, { $set: { title: 'third' } }),
      store.commit.update('crossroads_logs', { _id: new ObjectId() }, { $set: { title: 'no document' } }),
    ]);
    expect(outcomes).toEqual([true, false, true, false]);
  });

  test('acknowledges nothing when a command is rejected as a whole, and reports no rejection as an outage', async () => {
    const outcomes = await Promise.allSettled([store.commit.insert('', { title: 'nowhere' }), store.commit.update('', {}, { $set: { title: 'nowhere' } })]);
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    for (const outcome of outcomes) expect((outcome as PromiseRejectedResult).reason).not.toBeInstanceOf(StoreUnavailable);
  });

  test('gives a single write the same results', async () => {
    const _id = new ObjectId();
    expect(await store.commit.insert('crossroads_logs', { _id, title: 'first' })).toBe(true);
    expect(await store.commit.insert('crossroads_logs', { _id, title: 'second' })).toBe(false);
    expect(await store.commit.update('crossroads_logs', { _id }, [{ $set: { title: 'third' } }])).toBe(true);
    expect(await store.commit.update('crossroads_logs', { _id: new ObjectId() }, { $set: { title: 'no document' } })).toBe(false);
  });
});
