import { randomUUID } from 'node:crypto';
import type { Orders, OrderQueue, ResetOrderPorts } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetRequest, sagaTypes, subjectOf } from '@crossroads/order-reset';
import type { Journal, RunResult } from '@crossroads/saga';
import { createSagaRunner } from '@crossroads/saga';
import type { CancelResult, EntryDocument, SagaDocument, SagaMetadata, SagaRead, Store } from '@crossroads/store';
import {
  auditLogRepository,
  cancelSaga,
  collections,
  decisionRepository,
  intakeRepository,
  journalRepository,
  makeIndexes,
  openStore,
  orderQueueRepository,
  orderRepository,
  sagaRepository,
  sagaViewRepository,
} from '@crossroads/store';
import { memoryDestination, resetRequestFor, silent } from '@crossroads/testkit';
import type { mongo } from 'mongoose';
import type { AvailableCommands, CommandResult } from '../../apps/ops/src/commands/commands.js';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';

/** An order as it is stored. Only the fields that the tests read. */
export interface StoredOrder {
  _id: mongo.ObjectId;
  bols: unknown[];
  executed_drops: unknown[];
  progression_state: string;
  version: number;
  lock?: { saga_id: string; epoch: number };
}

/** Replaces some methods of a worker's ports. Each function receives the real port. */
export interface PortOverrides {
  orders?: (real: Orders) => Partial<Orders>;
  journal?: (real: Journal<SagaMetadata>) => Partial<Journal<SagaMetadata>>;
}

/** Operator commands, each called as the same operator. */
export interface OperatorActions {
  terminate(sagaId: string): Promise<CommandResult>;
  resume(sagaId: string): Promise<CommandResult>;
  runNow(sagaId: string): Promise<CommandResult>;
  recover(sagaId: string, options?: { force?: boolean }): Promise<CommandResult>;
}

export interface HarnessOptions {
  /** The store that is tested. */
  store: Store;
  /** The store through which the test prepares and reads data; `store` when left out. */
  direct?: Store;
  /** Wakes the next saga of an order when its lock is released; does nothing when left out. */
  wakeNext?: OrderQueue['wakeNext'];
  /** The orders repository of one worker process that executes all runs. When left out, every run has its own, as in a process of its own. */
  sharedOrders?: Orders;
}

export interface AcceptOptions {
  /** Determines the position in the order queue; see `sagaIdAt`. */
  sagaId?: string;
  /** A request to store instead of the one for the order of this harness. */
  request?: object;
  idempotencyKey?: string;
}

/** Returns a saga id of the given time, in milliseconds since the epoch. */
export const sagaIdAt = (at: number): string => {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
};

/** Opens a store with a database of its own. Closing it drops the database. */
export const openTestStore = async (database: string, operationTimeoutMs = 5_000): Promise<Store> => {
  const store = openStore({ uri: ownDatabase(database), operationTimeoutMs });
  await store.connected;
  await makeIndexes(store.connection);
  return {
    ...store,
    async close() {
      await store.connection.dropDatabase();
      await store.close();
    },
  };
};

type Writes = Pick<Store['commit'], 'insert' | 'update'>;

/** Returns a store whose inserts or updates are replaced. The function receives the real ones. */
export const overrideWrites = (store: Store, override: (real: Writes) => Partial<Writes>): Store => {
  const real: Writes = {
    insert: (...args) => store.commit.insert(...args),
    update: (...args) => store.commit.update(...args),
  };
  return { ...store, commit: { ...real, ...override(real) } as Store['commit'] };
};

export const sagasIn = (store: Store) => store.connection.db!.collection<SagaDocument>(collections.sagas);
export const ordersIn = (store: Store) => store.connection.db!.collection<StoredOrder>(collections.orders);

const party = (side: 'origin' | 'destination', id: string, name: string) => ({ [`${side}_tenant_id`]: id, [`${side}_tenant_name`]: name, [`${side}_instance_id`]: `${id}-1` });

let nextOrderNumber = 7_000;

export type ResetHarness = Awaited<ReturnType<typeof givenOrder>>;

/**
 * Stores a delivered order between `alpha`, the caller, and `beta`.
 * Returns the parts of a worker, an intake and an operator that act on resets of this order. Every run creates a worker of its own.
 */
export const givenOrder = async ({ store, direct = store, wakeNext = async () => undefined, sharedOrders }: HarnessOptions, fields: object = {}) => {
  const orderNumber = String(nextOrderNumber++);
  const { insertedId: orderId } = await ordersIn(direct).insertOne({
    routing: { ...party('origin', 'alpha', 'Alpha'), ...party('destination', 'beta', 'Beta') },
    origin_order_number: orderNumber,
    destination_order_number: `9${orderNumber}`,
    bols: [{ bol_number: 'BOL-1' }],
    executed_drops: [{ site: 'site-104' }],
    progression_state: 'COMPLETE',
    status: 'synced',
    version: 7,
    ...fields,
  } as never);
  const destination = memoryDestination();
  const journal = journalRepository(store, ({ request }, state) => subjectOf(resetRequest.parse(request), state));

  const saga = async (sagaId: string): Promise<SagaDocument> => (await sagasIn(direct).findOne({ _id: sagaId }))!;
  const entries = (sagaId: string): Promise<EntryDocument[]> => sagaViewRepository(direct).entries(sagaId);
  const read = async (sagaId: string): Promise<SagaRead> => ({ saga: await saga(sagaId), entries: await entries(sagaId) });

  return {
    orderId,
    destination,
    journal,
    saga,
    entries,
    read,
    order: async (): Promise<StoredOrder> => (await ordersIn(direct).findOne({ _id: orderId }))!,
    changeOrder: (change: object) => ordersIn(direct).updateOne({ _id: orderId }, change),
    deleteOrder: () => ordersIn(direct).deleteOne({ _id: orderId }),
    changeSaga: (sagaId: string, change: object) => sagasIn(direct).updateOne({ _id: sagaId }, change),
    /** Ends the lease of a claim, or the delay before the next attempt. */
    makeDue: (sagaId: string) => sagasIn(direct).updateOne({ _id: sagaId }, { $set: { next_run_at: new Date(0) } }),
    /** Returns the steps in the log: `resolve-order run done`. */
    steps: async (sagaId: string) => (await entries(sagaId)).map(({ step }) => `${step.name} ${step.direction} ${step.outcome}`),
    /** Accepts a reset of the order, as the intake does. Returns the saga id. */
    async accept({ sagaId = sagaIdAt(Date.now()), request = resetRequestFor({ order_number: orderNumber }), idempotencyKey }: AcceptOptions = {}): Promise<string> {
      await intakeRepository(store).accept({
        saga_id: sagaId,
        correlation_id: randomUUID(),
        ...(idempotencyKey && { idempotency_key: idempotencyKey }),
        type: 'reset_order',
        version: 1,
        tenant_id: 'alpha',
        concurrency_keys: concurrencyKeysOfRequest(resetRequestFor({ order_number: orderNumber })),
        request,
        inbound_request: {},
        accepted_at: new Date(),
      });
      return sagaId;
    },
    /** Claims the saga and runs it, as a worker does that processes its job. */
    async runSaga(sagaId: string, overrides: PortOverrides = {}): Promise<RunResult> {
      const orders = sharedOrders ?? orderRepository(store);
      const ports: ResetOrderPorts = {
        orders: { ...orders, ...overrides.orders?.(orders) },
        auditLog: auditLogRepository(store),
        orderQueue: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext },
        destinations: destination,
      };
      const types = sagaTypes(ports);
      const sagas = sagaRepository(store, types);
      return createSagaRunner({ types, sagas, journal: { ...journal, ...overrides.journal?.(journal) }, log: silent })(sagaId, 'alpha');
    },
    /** Cancels the reset as its caller. `seen`: the saga as the caller read it. */
    cancel: async (sagaId: string, seen?: SagaRead): Promise<CancelResult> =>
      cancelSaga({ journal, sagas: decisionRepository(store) }, seen ?? (await read(sagaId)), { by: 'Alpha', reasonCode: null }),
    operator: operatorOn(store),
  };
};

/** Returns the operator commands on a store. */
export const operatorOn = (store: Store): OperatorActions => {
  const commands: AvailableCommands = createCommands({ store, queue: { enqueue: async () => undefined }, log: { debug: () => {}, ...silent } });
  const operator = { by: 'ops', role: 'operator' as const, credential: 'key:test', from: null, reason: 'test' };
  return {
    terminate: (sagaId) => commands.terminate!(sagaId, operator),
    resume: (sagaId) => commands.resume!(sagaId, operator),
    runNow: (sagaId) => commands.runNow!(sagaId, operator),
    recover: (sagaId, options) => commands.recover!(sagaId, { ...operator, ...options }),
  };
};

/** Returns the id of the saga that a successful recover command created. Throws when the command was rejected. */
export const recoverySagaOf = (result: CommandResult): string => {
  if (!result.ok || result.recoverySagaId === undefined) throw new Error(`the recovery was rejected: ${JSON.stringify(result)}`);
  return result.recoverySagaId;
};
