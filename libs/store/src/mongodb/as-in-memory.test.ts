import { afterAll, beforeAll } from '@jest/globals';
import { orderPairsContract, sagaPairsContract } from '@crossroads/testkit';
import mongoose from 'mongoose';
import { uuidv7 } from 'uuidv7';
import { newReset } from '../../../../tests/stores/new-reset.js';
import { ownDatabase } from '../../../../tests/stores/own-database.js';
import type { SagaDocument, SagaMetadata, Store } from '../index.js';
import { decisionRepository, intakeRepository, makeIndexes, openStore, orderRepository, sagaCommandRepository, sagaRepository } from '../index.js';
import { dueImmediately } from '../sagas/saga-writes.js';

const { ObjectId } = mongoose.mongo;

let store: Store;
const orders = () => store.connection.db!.collection('orders');
const sagaDocuments = () => store.connection.db!.collection<SagaDocument>('sagas');

beforeAll(async () => {
  store = openStore({ uri: ownDatabase('as-in-memory'), operationTimeoutMs: 10_000 });
  await store.connected;
  await makeIndexes(store.connection);
});

afterAll(async () => {
  await store.connection.dropDatabase();
  await store.close();
});

orderPairsContract('MongoDB', async () => ({
  orders: orderRepository(store),
  deliver: async () => {
    const { insertedId } = await orders().insertOne({
      routing: { origin_tenant_id: 'alpha', destination_tenant_id: 'beta' },
      origin_order_number: uuidv7(),
      bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }],
      executed_drops: [{ site: 'site-104' }],
      progression_state: 'COMPLETE',
      status: 'synced',
      version: 7,
    });
    return insertedId.toHexString();
  },
  saveBol: async (orderId, bol_number) => void (await orders().updateOne({ _id: new ObjectId(orderId) }, { $push: { bols: { bol_number } } as never, $inc: { version: 1 } })),
  remove: async (orderId) => void (await orders().deleteOne({ _id: new ObjectId(orderId) })),
  unlock: async (orderId) => void (await orders().updateOne({ _id: new ObjectId(orderId) }, { $unset: { lock: 1 } })),
  saga: async (sagaId, phase) => {
    const sagas = store.connection.db!.collection<{ _id: string }>('sagas');
    await sagas.updateOne({ _id: sagaId }, { $set: { phase, tenant_id: 'alpha', correlation_id: sagaId } }, { upsert: true });
  },
  look: async (orderId) => {
    const { bols, executed_drops, progression_state, version, lock } = (await orders().findOne({ _id: new ObjectId(orderId) }))!;
    return {
      bols: bols.map((bol: { bol_number: string }) => bol.bol_number),
      drops: executed_drops.length,
      progression: progression_state,
      version,
      ownLock: lock !== undefined,
      lock: lock ? { saga: lock.saga_id, epoch: lock.epoch, hasWaiters: lock.has_waiters ?? false } : null,
    };
  },
}));

sagaPairsContract('MongoDB', async () => {
  const sagas = sagaRepository(store, [{ type: 'reset_order', version: 1 }]);
  const decisions = decisionRepository(store);
  const commands = sagaCommandRepository(store);
  const tenant_id = 'alpha';
  const metadata = { tenantId: tenant_id } as SagaMetadata;
  return {
    sagas: { claim: sagas.claim, saveState: (claim, stateUpdate) => sagas.saveState({ ...claim, metadata }, stateUpdate) },
    renew: (claim) => sagas.renew([{ ...claim, metadata }]),
    release: sagas.release,
    decisions: {
      claim: (saga) => decisions.claim({ ...saga, metadata }),
      release: (saga, epoch) => decisions.release({ ...saga, metadata }, epoch),
      end: (saga, epoch, error) => decisions.end({ ...saga, metadata }, epoch, error),
      continueStopped: (saga) => decisions.continueStopped({ ...saga, metadata }),
      wake: (saga) => decisions.wake({ ...saga, metadata }),
      resume: ({ sagaId, epoch }) => commands.resume({ _id: sagaId, tenant_id, epoch }),
      runNow: ({ sagaId, epoch }) => commands.runNow({ _id: sagaId, tenant_id, epoch }),
    },
    accept: async () => {
      const reset = newReset();
      await intakeRepository(store).accept(reset);
      return reset.saga_id;
    },
    makeDue: async (sagaId) => void (await sagaDocuments().updateOne({ _id: sagaId }, { $set: { next_run_at: dueImmediately } })),
    look: async (sagaId) => {
      const { phase, status, epoch, settled_epoch, failures, resumed, next_run_at } = (await sagaDocuments().findOne({ _id: sagaId }))!;
      return { phase, status, epoch, settledEpoch: settled_epoch, failures, resumed, due: next_run_at === undefined ? 'never' : next_run_at.getTime() === 0 ? 'now' : 'later' };
    },
  };
});
