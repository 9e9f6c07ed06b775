import { randomUUID } from 'node:crypto';
import type { Orders, OrderQueue, ResetOrderPorts } from '@crossroads/order-reset';
import { acceptance, cancelableSteps, cancellation, concurrencyKeysOfRequest, sagaTypes } from '@crossroads/order-reset';
import type { CancelResult, Outcome, RunResult, SagaRead } from '@crossroads/saga';
import { cancelSaga, createSagaRunner, decideStep } from '@crossroads/saga';
import type { LogEntry, SagaDocument, SagaMetadata, Store } from '@crossroads/store';
import {
  auditLogRepository,
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
  storedSagaOf,
  toEntry,
} from '@crossroads/store';
import { memoryDestination, resetRequestFor, silent } from '@crossroads/testkit';
import type { mongo } from 'mongoose';
import type { AvailableCommands, CommandResult } from '../../apps/ops/src/commands/commands.js';
import { createCommands } from '../../apps/ops/src/commands/create-commands.js';
import { ownDatabase } from '../stores/own-database.js';
import { createGate } from './gate.js';
import type { PortOverrides } from './port-overrides.js';
import { before, failing } from './port-overrides.js';

/** An order as it is stored. Only the fields that the tests read. */
export interface StoredOrder {
  _id: mongo.ObjectId;
  bols: unknown[];
  executed_drops: unknown[];
  progression_state: string;
  version: number;
  lock?: { saga_id: string; epoch: number };
}

/** Operator commands, each called as the same operator. */
export interface OperatorActions {
  terminate(sagaId: string): Promise<CommandResult>;
  resume(sagaId: string): Promise<CommandResult>;
  runNow(sagaId: string): Promise<CommandResult>;
  recover(sagaId: string, options?: { force?: boolean }): Promise<CommandResult>;
}

/** A write in transit. */
export interface LateWrite<Result> {
  /** Lets the write arrive, and waits until its process has finished. */
  arrive(): Promise<Result>;
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
  const journal = journalRepository(store);

  const saga = async (sagaId: string): Promise<SagaDocument> => (await sagasIn(direct).findOne({ _id: sagaId }))!;
  const entries = (sagaId: string): Promise<LogEntry[]> => sagaViewRepository(direct).entries(sagaId);
  const read = async (sagaId: string): Promise<SagaRead<SagaMetadata>> => ({ saga: storedSagaOf(await saga(sagaId)), entries: (await entries(sagaId)).map(toEntry) });

  const makeDue = (sagaId: string) => sagasIn(direct).updateOne({ _id: sagaId }, { $set: { next_run_at: new Date(0) } });

  /** Claims the saga and runs it, as a worker does that processes its job. */
  const runSaga = async (sagaId: string, overrides: PortOverrides = {}): Promise<RunResult> => {
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
  };

  /** Runs the saga as the next worker does, once the lease of the last claim or the delay has ended. */
  const runAgain = async (sagaId: string, overrides?: PortOverrides): Promise<RunResult> => {
    await makeDue(sagaId);
    return runSaga(sagaId, overrides);
  };

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
    makeDue,
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
    runSaga,
    runAgain,
    /** Runs the saga until its worker makes this write, which stays in transit. The worker is a zombie once the saga is claimed again. */
    async runUntilLate(sagaId: string, write: keyof Orders): Promise<LateWrite<void>> {
      const gate = createGate();
      const zombie = runSaga(sagaId, before(write, gate.pass));
      await gate.reached;
      return {
        async arrive() {
          gate.open();
          await zombie;
        },
      };
    },
    /** Runs the saga three times with a bug in this method, which stops the saga. */
    async runUntilStopped(sagaId: string, method: keyof Orders): Promise<void> {
      for (let attempt = 0; attempt < 3; attempt++) await runAgain(sagaId, before(method, failing('a bug')));
      if ((await saga(sagaId)).phase !== 'stopped') throw new Error('the saga has not stopped');
    },
    /** Cancels the reset as its caller. `seen`: the saga as the caller read it. */
    cancel: async (sagaId: string, seen?: SagaRead<SagaMetadata>): Promise<CancelResult> =>
      cancelSaga({ journal, decisions: decisionRepository(store) }, seen ?? (await read(sagaId)), cancelableSteps, cancellation({ by: 'Alpha', reasonCode: null })),
    /** Accepts the reset for its destination, as the destination read it. */
    approve: async (seen: SagaRead<SagaMetadata>): Promise<Outcome | 'over' | 'moved'> =>
      decideStep({ journal, decisions: decisionRepository(store) }, seen, { name: 'dispatch-reset', outcome: 'done' }, acceptance({ by: 'Beta', reasonCode: null })),
    operator: operatorOn(store),
  };
};

/** Stores a delivered order and accepts a reset of it. `answers`: those of the destination. */
export const givenReset = async (store: Store, ...answers: ResetHarness['destination']['answers']): Promise<{ reset: ResetHarness; sagaId: string }> => {
  const reset = await givenOrder({ store });
  reset.destination.answers.push(...answers);
  return { reset, sagaId: await reset.accept() };
};

/** Returns the operator commands on a store. */
export const operatorOn = (store: Store): OperatorActions => {
  const commands: AvailableCommands = createCommands({ store, queue: { enqueue: async () => undefined, notifySaved: () => undefined }, log: { debug: () => {}, ...silent } });
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
