import { randomUUID } from 'node:crypto';
import type { Destinations, ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetOrder } from '@crossroads/order-reset';
import { DeferStep, RetryableError, createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, intakeRepository, journalRepository, orderQueueRepository, orderRepository, sagaRepository } from '@crossroads/store';
import { sampleCaller, sampleCounterparty } from './sample-orders.js';

/** Response of the fake destination to a dispatch. */
export type DispatchResult = 'synced' | 'requested' | 'rejected' | 'unavailable' | 'circuit open' | 'paused' | 'broken';

/** Creates sagas with the real saga runner and store, so that the pages show real data. */
export const sampleSagas = (store: Store, dispatchAttempts = 8) => {
  const results: DispatchResult[] = [];
  const orders = orderRepository(store);
  const type = resetOrder({
    orders,
    auditLog: auditLogRepository(store),
    orderQueue: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext: async () => undefined },
    destinations: fakeDestination(() => results.shift() ?? 'synced'),
    dispatchRetry: { attempts: dispatchAttempts, firstDelayMs: 60_000, maxDelayMs: 3_600_000 },
  });
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const sagas = sagaRepository(store, [type]);
  const runSaga = createSagaRunner({ types: [type], sagas, journal: journalRepository(store), log: quiet });

  return {
    /** Accepts a reset without running it. */
    async accept(order: ResetRequest['order'], correlationId: string = randomUUID(), acceptedAt = new Date()): Promise<string> {
      const request: ResetRequest = { order, caller: sampleCaller, dest_tenant_name: sampleCounterparty };
      const saga_id = sagaIdAt(acceptedAt);
      const accepted = await intakeRepository(store).accept({
        saga_id,
        correlation_id: correlationId,
        type: type.type,
        version: type.version,
        tenant_id: sampleCaller.tenant_id,
        concurrency_keys: concurrencyKeysOfRequest(request),
        request,
        inbound_request: { order, headers: { 'x-dest-tenant-name': sampleCounterparty, authorization: 'Bearer inbound-secret-value' } },
        accepted_at: acceptedAt,
      });
      if (!accepted) throw new Error(`The correlation id ${correlationId} is already used.`);
      return saga_id;
    },
    /** Runs the saga once. The fake destination returns `result`. */
    async runSaga(sagaId: string, result: DispatchResult = 'synced'): Promise<void> {
      results.splice(0, results.length, result);
      // Makes a scheduled attempt due now.
      await store.connection.collection<{ _id: string }>('sagas').updateOne({ _id: sagaId, next_run_at: { $exists: true } }, { $set: { next_run_at: new Date(0) } });
      await runSaga(sagaId);
    },
  };
};

const fakeDestination = (nextResult: () => DispatchResult): Destinations => ({
  check: async () => ({ on_rejection: 'restore' }),
  prepare: async (order, _cleared, { dispatchKey, correlationId }) => ({
    method: 'POST',
    url: 'https://globex.example/api/orders/reset?api_key=url-secret-value',
    headers: { 'content-type': 'application/json', authorization: 'Bearer outbound-secret-value', 'idempotency-key': dispatchKey, 'x-correlation-id': correlationId },
    body: JSON.stringify({ order_number: order.counterparty.order_number, client_secret: 'body-secret-value' }),
  }),
  async send(_order, begin) {
    await begin();
    const result = nextResult();
    if (result === 'unavailable') throw new RetryableError('destination.unavailable', 'Globex Carriers returned 503: maintenance until 04:00.');
    if (result === 'circuit open') {
      throw new DeferStep('destination.circuit_open', 'The circuit to Globex Carriers is open: its last 5 requests failed.', { delayMs: 10_000, onTimeout: 'retry' });
    }
    if (result === 'paused') throw new DeferStep('destination.paused', 'production is paused. Sending continues when an operator resumes it.', { delayMs: 30_000, onTimeout: 'retry' });
    if (result === 'broken') throw new Error("Cannot read properties of undefined (reading 'status')");
    const message = { synced: 'Accepted by Globex Carriers.', requested: 'A dispatcher at Globex Carriers must accept it first.', rejected: 'Globex Carriers rejected the reset: the order is being executed.' }[result];
    return { answer: result, message, http_status: result === 'rejected' ? 409 : result === 'requested' ? 202 : 200, body: '{}' };
  },
});

const sagaIdAt = (at: Date): string => {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
};
