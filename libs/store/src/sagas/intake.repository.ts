import type { IntegrationStatus } from '@crossroads/contract';
import type { mongo } from 'mongoose';
import { resetOrderType } from '@crossroads/order-reset';
import { collections, rawCollection } from '../mongodb/collections.js';
import { durableRead } from '../mongodb/durable-read.js';
import type { Store } from '../mongodb/open-store.js';
import type { EntryDocument } from './entry-document.js';
import type { LogEntry } from './log-entry.js';
import { toLogEntries } from './log-entry.js';
import type { AcceptedSaga, NewSaga, SagaDocument, SagaKey } from './saga-document.js';
import { sagaWrites } from './saga-writes.js';

/** Which resets of a tenant to list. A reset must match every given field. */
export interface SagaSelection {
  status?: IntegrationStatus | undefined;
  order_id?: string | undefined;
  order_number?: string | undefined;
}

/** Sagas for the intake. Every query names the tenant, so it never returns the saga of another tenant. */
export interface IntakeRepository {
  /** Stores the saga. Returns false when the tenant has used its correlation id or idempotency key before. */
  accept(saga: NewSaga): Promise<boolean>;
  byCorrelationId(tenantId: string, correlationId: string): Promise<AcceptedSaga | undefined>;
  byIdempotencyKey(tenantId: string, key: string): Promise<AcceptedSaga | undefined>;
  /** Removes the idempotency key from the saga, so that another saga can use it. */
  forgetIdempotencyKey(saga: SagaKey, key: string): Promise<void>;
  /**
   * Returns the saga and its log, oldest entry first. A crash of the database cannot undo what is returned.
   * Snapshots include their BOLs and drops only on request, because these may be large.
   */
  withLog(tenantId: string, correlationId: string, options?: { contents?: boolean }): Promise<{ saga: AcceptedSaga; entries: LogEntry[] } | undefined>;
  /** Returns resets, newest first, starting below the saga `before`. */
  list(tenantId: string, selection: SagaSelection, page: { before?: string; limit: number }): Promise<SagaDocument[]>;
}

const withoutContents = { 'extra_data.bols': 0, 'extra_data.executed_drops': 0 } as const;

export const intakeRepository = (store: Store): IntakeRepository => {
  const { connection } = store;
  const writes = sagaWrites(store);
  const sagas = () => rawCollection<AcceptedSaga>(connection, collections.sagas);
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  /** Reads durably: the response shows the saga to its caller, although the request that stored it may have failed. */
  const one = (filter: mongo.Filter<AcceptedSaga>) => durableRead(store, async (options) => (await sagas().findOne(filter, options)) ?? undefined);
  return {
    accept: writes.accept,

    byCorrelationId: (tenantId, correlationId) => one({ tenant_id: tenantId, correlation_id: correlationId }),

    byIdempotencyKey: (tenantId, key) => one({ tenant_id: tenantId, idempotency_key: key }),

    forgetIdempotencyKey: async (saga, key) => void (await writes.forgetIdempotencyKey(saga, key)),

    withLog: (tenantId, correlationId, { contents = false } = {}) =>
      durableRead(store, async (options) => {
        const saga = await sagas().findOne({ tenant_id: tenantId, correlation_id: correlationId }, options);
        if (!saga) return undefined;
        const entries = await logs().find({ saga_id: saga._id }, { ...options, ...(!contents && { projection: withoutContents }) }).sort({ 'journal.epoch': 1, 'journal.seq': 1 }).toArray();
        return { saga, entries: toLogEntries(saga, entries) };
      }),

    list: (tenantId, { status, order_id, order_number }, { before, limit }) =>
      durableRead(store, (options) =>
        sagas()
          .find(
            {
              tenant_id: tenantId,
              type: resetOrderType,
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
