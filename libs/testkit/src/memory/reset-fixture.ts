import type { AuditLog, OrderQueue, RecoverRequest, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { RunResult, WithTimeout, Sagas, SagaType, StepLog } from '@crossroads/saga';
import { createSagaRunner } from '@crossroads/saga';
import type { MemoryClock } from './clock-and-random.js';
import { memoryClock } from './clock-and-random.js';
import type { MemoryDestination } from './memory-destination.js';
import { memoryDestination } from './memory-destination.js';
import type { MemoryJournal } from './memory-journal.js';
import { memoryJournal } from './memory-journal.js';
import type { MemoryOrder, MemoryOrders } from './memory-orders.js';
import { memoryOrders } from './memory-orders.js';
import { memoryAuditLog } from './memory-audit-log.js';
import type { MemoryDecisions } from './memory-decisions.js';
import { memoryDecisions } from './memory-decisions.js';
import { memoryOrderQueue } from './memory-order-queue.js';
import type { MemoryQueue } from './memory-queue.js';
import { memoryQueue } from './memory-queue.js';
import type { MemorySagas } from './memory-sagas.js';
import { memorySagas } from './memory-sagas.js';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

/** Everything that a reset uses, in memory. */
export interface ResetFixture {
  clock: MemoryClock;
  journal: MemoryJournal;
  sagas: MemorySagas;
  decisions: MemoryDecisions;
  orders: MemoryOrders;
  queue: MemoryQueue;
  orderQueue: OrderQueue;
  auditLog: AuditLog;
  destination: MemoryDestination;
  /** A delivered order between `alpha` (the caller) and `beta`. */
  order: MemoryOrder;
  /** Accepts a reset of the order. */
  submit(sagaId?: string, asked?: ResetRequest['order']): string;
  /** Accepts a recovery of what a reset cleared. */
  recover(sagaId: string, resetSagaId: string, force?: boolean): string;
  /** Runs the saga once, as a worker does for one job. */
  runSaga(sagaId: string): Promise<RunResult>;
  /** Runs the saga until it does not run again by itself, and advances the clock to each due time. Returns its status. */
  settle(sagaId: string): Promise<string>;
  /** Returns the journal of a saga as texts such as `resolve-order run done`. */
  details(sagaId: string): string[];
}

export const silent: StepLog = { info: () => {}, warn: () => {}, error: () => {} };

export interface FixtureOptions {
  /** Returns 0 … 1, for delays. */
  random?: () => number;
  /** The fakes' connection to their data; immediate by default. */
  reach?: Reach;
  /** Wraps the sagas for the worker. */
  claiming?: (sagas: MemorySagas) => Sagas<unknown>;
  /** Retry policy of the dispatch. */
  dispatchRetry?: ResetOrderPorts['dispatchRetry'];
  withTimeout?: WithTimeout;
  /** The saga types that the workers know. */
  types?: (ports: ResetOrderPorts) => readonly SagaType[];
}

export const resetFixture = ({ random, reach = immediate, claiming = (sagas) => sagas, dispatchRetry, withTimeout, types = sagaTypes }: FixtureOptions = {}): ResetFixture => {
  const clock = memoryClock();
  const journal = memoryJournal(reach);
  const sagas = memorySagas(clock, reach);
  const orders = memoryOrders((sagaId) => (sagas.sagas.get(sagaId)?.phase ?? 'ended') !== 'ended', reach);
  const queue = memoryQueue(clock, reach);
  const orderQueue = memoryOrderQueue(sagas, queue, clock, reach);
  const destination = memoryDestination(reach);
  const order = deliveredOrder();
  orders.documents.set(order.order.order_id, order);

  const auditLog = memoryAuditLog(journal, reach);
  const worker = () => {
    const ports = { orderQueue, orders, destinations: destination, auditLog, ...(dispatchRetry && { dispatchRetry }) };
    return createSagaRunner({ types: types(ports), sagas: claiming(sagas), journal, log: silent, ...(withTimeout && { withTimeout }), ...(random && { random }) });
  };
  // Created at the first use, so that a test can replace a port before.
  let made: ReturnType<typeof worker> | undefined;
  const runSaga = (sagaId: string): Promise<RunResult> => (made ??= worker())(sagaId);

  return {
    clock,
    journal,
    sagas,
    decisions: memoryDecisions(sagas, clock),
    orders,
    queue,
    orderQueue,
    auditLog,
    destination,
    order,
    submit: (sagaId = 'saga-1', asked = { order_number: '4711' }) => sagas.accept(sagaId, 'reset_order', resetRequestFor(asked)).sagaId,
    recover: (sagaId, resetSagaId, force = false) => sagas.accept(sagaId, 'recover_order', recoverRequestFor(order.order.order_id, resetSagaId, force)).sagaId,
    runSaga,
    async settle(sagaId) {
      const saga = sagas.sagas.get(sagaId)!;
      while (saga.nextRunAt !== undefined && saga.phase !== 'awaiting_approval') {
        clock.pass(Math.max(0, saga.nextRunAt - clock.now()));
        await runSaga(sagaId);
      }
      return saga.status;
    },
    details: (sagaId) => journal.entries.filter((entry) => entry.sagaId === sagaId).map(({ step }) => `${step.name} ${step.direction} ${step.outcome}`),
  };
};

export const resetRequestFor = (order: ResetRequest['order']): ResetRequest => ({
  order,
  caller: { tenant_id: 'alpha', tenant_name: 'Alpha', instance_id: 'alpha-1', instance_name: 'Alpha One', source_system: 'webhook', source_system_id: null },
  dest_tenant_name: 'Beta',
});

export const recoverRequestFor = (orderId: string, resetSagaId: string, force: boolean): RecoverRequest => ({
  ...resetRequestFor({ order_id: orderId }),
  recovers: { saga_id: resetSagaId, force, by: 'operator', reason: 'reset by mistake' },
});

const deliveredOrder = (): MemoryOrder => ({
  order: {
    order_id: '674000000000000000000000',
    status: 'synced',
    caller: { tenant_id: 'alpha', tenant_name: 'Alpha', instance_id: 'alpha-1', instance_name: 'Alpha One', source_system: 'webhook', source_system_id: null, order_number: '4711' },
    counterparty: { tenant_id: 'beta', tenant_name: 'Beta', instance_id: 'beta-1', instance_name: 'Beta One', source_system: 'webhook', source_system_id: null, order_number: '90001' },
  },
  bols: [{ bol_number: 'BOL-1' }, { bol_number: 'BOL-2' }],
  executed_drops: [{ site: 'site-104' }],
  progression_state: 'COMPLETE',
  version: 7,
});
