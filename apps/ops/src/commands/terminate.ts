import type { AuditLog, Orders } from '@crossroads/order-reset';
import { lockedOrders, sagaDefinitions, termination } from '@crossroads/order-reset';
import type { SignalPorts, TerminateResult } from '@crossroads/saga';
import { terminateSaga as terminate } from '@crossroads/saga';
import type { NotifySaved } from '@crossroads/saga-bullmq';
import type { OrderQueueRepository, SagaCommandRepository, SagaDocument, SagaMetadata } from '@crossroads/store';
import { storedSagaOf } from '@crossroads/store';
import type { CommandResult, SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface TerminatePorts extends SignalPorts<SagaMetadata> {
  sagas: Pick<SagaCommandRepository, 'find'>;
  auditLog: Pick<AuditLog, 'snapshot'>;
  orders: Pick<Orders, 'find' | 'clearedVersion'>;
  orderQueue: Pick<OrderQueueRepository, 'next'>;
  enqueue: Enqueue;
  notifySaved: NotifySaved;
}

/** Ends a saga without compensation, which unlocks its order. Then wakes the next saga of the order. */
export const terminateSaga =
  ({ sagas, orders, auditLog, orderQueue, enqueue, notifySaved, ...ports }: TerminatePorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    const { saga } = loaded;
    const result = await terminate(ports, storedSagaOf(saga), sagaDefinitions.get(saga.type)?.steps, termination({ orders, auditLog }, { sagaId, request: saga.request }, input));
    if (result === 'closed-earlier') {
      enqueue({ ...saga, epoch: saga.epoch + 1 });
      return { ok: true };
    }
    if (typeof result === 'string') return notTerminated(result, saga);
    notifySaved(sagaId);
    for (const order of await lockedOrders(orders, saga.request, result.entries)) {
      const next = await orderQueue.next(order);
      if (next) enqueue({ _id: next.sagaId, correlation_id: next.correlationId, type: next.type, tenant_id: next.tenantId, epoch: next.epoch });
    }
    return { ok: true };
  };

const notTerminated = (result: Exclude<TerminateResult, object | 'closed-earlier'>, { status }: SagaDocument): CommandResult => {
  if (result === 'ended') return rejection('saga.ended', `The saga has already finished with status ${status}.`);
  if (result === 'running') return rejection('saga.running', 'A worker is processing the saga or will start soon. Terminate it once it waits, retries or has stopped.');
  if (result === 'canceled') return rejection('saga.still_moving', 'The reset was canceled and is being compensated. It can be terminated if it stops.');
  return moved();
};
