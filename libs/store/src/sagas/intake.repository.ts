import type { IntegrationStatus } from '@crossroads/contract';
import type { mongo } from 'mongoose';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { EntryDocument } from './entry-document.js';
import { durableRead } from '../mongodb/durable-read.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { dueImmediately } from './saga.repository.js';

/** A saga about to be accepted. */
export interface NewSaga {
  /** UUIDv7. */
  saga_id: string;
  correlation_id: string;
  type: string;
  version: number;
  tenant_id: string;
  concurrency_keys: string[];
  request: object;
  inbound_request: Record<string, unknown>;
  accepted_at: Date;
  traceparent?: string;
  /** Absent where the caller gave none: only sagas that have one are in its unique index. */
  idempotency_key?: string;
}

/** A saga, with the caller's own key to it. */
export interface AcceptedSaga extends SagaDocument {
  idempotency_key?: string;
}

/** Which of a tenant's sagas to list; all that is given must hold. */
export interface SagaSelection {
  status?: IntegrationStatus | undefined;
  order_id?: string | undefined;
  order_number?: string | undefined;
}

/** Sagas as the intake sees them. Every look-up names the tenant, so no other tenant's saga can come back. */
export interface IntakeRepository {
  /** Stores the saga; false when the tenant has used its correlation id or its idempotency key before. */
  accept(saga: NewSaga): Promise<boolean>;
  byCorrelationId(tenantId: string, correlationId: string): Promise<AcceptedSaga | undefined>;
  byIdempotencyKey(tenantId: string, key: string): Promise<AcceptedSaga | undefined>;
  /** Frees the key for another saga. */
  forgetIdempotencyKey(saga: Pick<SagaDocument, '_id' | 'tenant_id'>, key: string): Promise<void>;
  /** The saga with its log, oldest entry first. What it says stays said, whatever becomes of the database. */
  withLog(tenantId: string, correlationId: string): Promise<{ saga: AcceptedSaga; entries: EntryDocument[] } | undefined>;
  /** Resets, newest first, from below the saga `before`. */
  list(tenantId: string, selection: SagaSelection, page: { before?: string; limit: number }): Promise<SagaDocument[]>;
}

export const intakeRepository = (store: Store): IntakeRepository => {
  const { connection, commit } = store;
  const sagas = () => rawCollection<AcceptedSaga>(connection, collections.sagas);
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  /** Its caller is told of it, and perhaps of nothing else: the request that stored it may have died. */
  const one = (filter: mongo.Filter<AcceptedSaga>) => durableRead(store, async (options) => (await sagas().findOne(filter, options)) ?? undefined);
  return {
    accept: ({ saga_id, ...saga }) => {
      const document: AcceptedSaga = {
        _id: saga_id,
        ...saga,
        status: 'pending' satisfies IntegrationStatus,
        phase: 'running',
        epoch: 0,
        settled_epoch: 0,
        failures: 0,
        resumed: false,
        updated_at: saga.accepted_at,
        next_run_at: dueImmediately,
      };
      return commit.insert(collections.sagas, document);
    },

    byCorrelationId: (tenantId, correlationId) => one({ tenant_id: tenantId, correlation_id: correlationId }),

    byIdempotencyKey: (tenantId, key) => one({ tenant_id: tenantId, idempotency_key: key }),

    forgetIdempotencyKey: async ({ _id, tenant_id }, key) => {
      await commit.update(collections.sagas, { _id, tenant_id, idempotency_key: key }, { $unset: { idempotency_key: 1 } });
    },

    withLog: (tenantId, correlationId) =>
      durableRead(store, async (options) => {
        const saga = await sagas().findOne({ tenant_id: tenantId, correlation_id: correlationId }, options);
        if (!saga) return undefined;
        const entries = await logs().find({ saga_id: saga._id }, options).sort({ 'journal.epoch': 1, 'journal.seq': 1 }).toArray();
        return { saga, entries };
      }),

    list: (tenantId, { status, order_id, order_number }, { before, limit }) =>
      durableRead(store, (options) =>
        sagas()
          .find(
            {
              tenant_id: tenantId,
              type: 'reset_order',
              ...(status !== undefined && { status }),
              ...(order_id !== undefined && { 'request.order.order_id': order_id }),
              ...(order_number !== undefined && { 'request.order.order_number': order_number }),
              ...(before !== undefined && { _id: { $lt: before } }),
            },
            { projection: { inbound_request: 0, concurrency_keys: 0 }, sort: { _id: -1 }, limit, ...options },
          )
          .toArray(),
      ),
  };
};
