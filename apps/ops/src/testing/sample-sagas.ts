import { randomUUID } from 'node:crypto';
import type { Destinations, ResetRequest } from '@crossroads/order-reset';
import { concurrencyKeysOfRequest, resetOrder, subjectOf } from '@crossroads/order-reset';
import { RetryableError, createSagaRunner } from '@crossroads/saga';
import type { Store } from '@crossroads/store';
import { auditLogRepository, intakeRepository, journalRepository, orderQueueRepository, orderRepository, sagaRepository } from '@crossroads/store';
import { sampleCaller, sampleCounterparty } from './sample-orders.js';

/** How the destination takes a dispatch. */
export type Taking = 'synced' | 'requested' | 'rejected' | 'unavailable' | 'broken';

/** Sagas made by the real kernel on the real store, so that the pages are tried on what they will meet. */
export const sampleSagas = (store: Store, dispatchAttempts = 8) => {
  const takings: Taking[] = [];
  const orders = orderRepository(store);
  const type = resetOrder({
    orders,
    auditLog: auditLogRepository(store),
    line: { blockedBy: orderQueueRepository(store).blockedBy, wakeNext: async () => undefined },
    destinations: destinationThat(() => takings.shift() ?? 'synced'),
    dispatchRetry: { attempts: dispatchAttempts, firstDelayMs: 60_000, maxDelayMs: 3_600_000 },
  });
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const sagas = sagaRepository(store, [type]);
  const runSaga = createSagaRunner({ types: [type], sagas, journal: journalRepository(store, (metadata, state) => subjectOf(metadata.request as ResetRequest, state)), log: quiet });

  return {
    /** Accepts a reset, to be advanced later or never. */
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
      if (!accepted) throw new Error(`Correlation id ${correlationId} has been used.`);
      return saga_id;
    },
    /** Takes one turn at the saga; the destination answers as told. */
    async runSaga(sagaId: string, taking: Taking = 'synced'): Promise<void> {
      takings.splice(0, takings.length, taking);
      // Makes a planned attempt due now.
      await store.connection.collection<{ _id: string }>('sagas').updateOne({ _id: sagaId, next_run_at: { $exists: true } }, { $set: { next_run_at: new Date(0) } });
      await runSaga(sagaId);
    },
  };
};

const destinationThat = (taking: () => Taking): Destinations => ({
  check: async () => ({ on_rejection: 'restore' }),
  prepare: async (order, _cleared, { dispatchKey, correlationId }) => ({
    method: 'POST',
    url: 'https://globex.example/api/orders/reset?api_key=url-secret-value',
    headers: { 'content-type': 'application/json', authorization: 'Bearer outbound-secret-value', 'idempotency-key': dispatchKey, 'x-correlation-id': correlationId },
    body: JSON.stringify({ order_number: order.counterparty.order_number, client_secret: 'body-secret-value' }),
  }),
  async send() {
    const how = taking();
    if (how === 'unavailable') throw new RetryableError('destination.unavailable', 'Globex Carriers answered 503: maintenance until 04:00.');
    if (how === 'broken') throw new Error("Cannot read properties of undefined (reading 'status')");
    const message = { synced: 'Taken by Globex Carriers.', requested: 'A dispatcher at Globex Carriers must accept it first.', rejected: 'Globex Carriers refuses: the order is being driven.' }[how];
    return { answer: how, message, http_status: how === 'rejected' ? 409 : how === 'requested' ? 202 : 200, body: '{}' };
  },
});

const sagaIdAt = (at: Date): string => {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
};
