import type { ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest } from '@crossroads/order-reset';
import type { SagaQueue, EnqueueRequest } from '@crossroads/saga-bullmq';
import type { NewSaga, Store } from '@crossroads/store';
import { intakeRepository } from '@crossroads/store';
import { uuidv7 } from 'uuidv7';
import type { Companies } from './companies.js';
import { orderNumber } from './orders.js';

/** The saga that the intake would store for a reset of order number `index`. */
export const newSaga = ({ pair }: Companies, index: number, correlationId = uuidv7()): NewSaga => {
  const { caller, counterparty } = pair(index);
  const order = { order_number: orderNumber(index) };
  const request: ResetRequest = {
    order,
    caller: {
      tenant_id: caller.tenantId,
      tenant_name: caller.tenantName,
      instance_id: caller.instanceId,
      instance_name: caller.instanceName,
      source_system: 'webhook',
      source_system_id: 'system',
    },
    dest_tenant_name: counterparty.tenantName,
  };
  return {
    saga_id: uuidv7(),
    correlation_id: correlationId,
    type: 'reset_order',
    version: 1,
    tenant_id: caller.tenantId,
    concurrency_keys: concurrencyKeysOfRequest(request),
    request,
    inbound_request: {
      method: 'POST',
      path: '/v1/order/reset',
      headers: { 'X-Tenant-Name': caller.tenantName, 'X-Dest-Tenant-Name': counterparty.tenantName },
      body: { order },
    },
    accepted_at: new Date(),
  };
};

/** Accepts resets of the orders `from` to `from + count - 1` as the intake does, all at once; their bells are yet to be rung. */
export const acceptAll = async (store: Store, companies: Companies, from: number, count: number): Promise<NewSaga[]> => {
  const intake = intakeRepository(store);
  const sagas = Array.from({ length: count }, (_, offset) => newSaga(companies, from + offset));
  const accepted = await Promise.all(sagas.map((saga) => intake.accept(saga)));
  if (accepted.includes(false)) throw new Error('A saga of the bench was taken for one that had been accepted before.');
  return sagas;
};

const atOnce = 1_000;

export const enqueueAll = async (queue: SagaQueue, sagas: readonly NewSaga[]): Promise<void> => {
  const rings = sagas.map(({ saga_id, correlation_id, type, tenant_id }): EnqueueRequest => ({
    sagaId: saga_id,
    correlationId: correlation_id,
    type,
    tenantId: tenant_id,
    epoch: 0,
  }));
  for (let at = 0; at < rings.length; at += atOnce) await queue.enqueueAll(rings.slice(at, at + atOnce));
};
