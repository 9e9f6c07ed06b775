import type { AuditLog, OrderQueue, RecoverRequest, ResetOrderPorts, ResetRequest } from '@crossroads/order-reset';
import { sagaTypes } from '@crossroads/order-reset';
import type { RunResult, WithTimeout, Sagas, SagaType, StepLog } from '@crossroads/saga';
import { createSagaRunner } from '@crossroads/saga';
import type { MemoryClock } from './memory-clock.js';
import { memoryClock } from './memory-clock.js';
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
import { atOnce } from './reach.js';

/** Everything a reset touches, in memory. */
export interface ResetWorld {
  clock: MemoryClock;
  journal: MemoryJournal;
  sagas: MemorySagas;
  decisions: MemoryDecisions;
  orders: MemoryOrders;
  queue: MemoryQueue;
  line: OrderQueue;
  auditLog: AuditLog;
  destination: MemoryDestination;
  /** A delivered order between `alpha` (the caller) and `beta`. */
  order: MemoryOrder;
  /** Accepts a reset of the order. */
  submit(sagaId?: string, asked?: ResetRequest['order']): string;
  /** Asks for what a reset cleared to be put back. */
  recover(sagaId: string, resetSagaId: string, force?: boolean): string;
  /** One bell, heard by a worker. */
  runSaga(sagaId: string): Promise<RunResult>;
  /** Rings until the saga needs nobody any more, letting time pass wherever it rests. */
  settle(sagaId: string): Promise<string>;
  /** The journal of a saga as plain words: `resolve-order run done`. */
  details(sagaId: string): string[];
}

export const silent: StepLog = { info: () => {}, warn: () => {}, error: () => {} };

export interface WorldOptions {
  /** Returns 0 … 1, for delays. */
  random?: () => number;
  /** How the fakes reach their data; at once and always unless told otherwise. */
  reach?: Reach;
  /** The sagas as a worker has them. */
  claiming?: (sagas: MemorySagas) => Sagas<unknown>;
  /** How long a destination is tried. */
  dispatchRetry?: ResetOrderPorts['dispatchRetry'];
  withTimeout?: WithTimeout;
  /** The saga types the workers know. */
  types?: (ports: ResetOrderPorts) => readonly SagaType[];
}

export const resetWorld = ({ random, reach = atOnce, claiming = (sagas) => sagas, dispatchRetry, withTimeout, types = sagaTypes }: WorldOptions = {}): ResetWorld => {
  const clock = memoryClock();
  const journal = memoryJournal(reach);
  const sagas = memorySagas(clock, reach);
  const orders = memoryOrders(reach);
  const queue = memoryQueue(clock, reach);
  const line = memoryOrderQueue(sagas, queue, clock, reach);
  const destination = memoryDestination(reach);
  const order = deliveredOrder();
  orders.documents.set(order.order.order_id, order);

  const auditLog = memoryAuditLog(journal, reach);
  const worker = () => {
    const ports = { line, orders, destinations: destination, auditLog, ...(dispatchRetry && { dispatchRetry }) };
    return createSagaRunner({ types: types(ports), sagas: claiming(sagas), journal, log: silent, ...(withTimeout && { withTimeout }), ...(random && { random }) });
  };
  // Made when it is first needed: until then a test may put something else in a port's place.
  let made: ReturnType<typeof worker> | undefined;
  const runSaga = (sagaId: string): Promise<RunResult> => (made ??= worker())(sagaId);

  return {
    clock,
    journal,
    sagas,
    decisions: memoryDecisions(sagas, clock),
    orders,
    queue,
    line,
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
