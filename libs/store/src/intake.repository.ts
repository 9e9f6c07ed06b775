import type { IntegrationStatus } from '@crossroads/contract';
import { collections, rawCollection } from './collections.js';
import type { EntryDocument } from './entry-document.js';
import type { Store } from './open-store.js';
import type { SagaDocument } from './saga-document.js';
import { dueAtOnce } from './saga.repository.js';
import { reaching } from './unavailable.js';

/** A saga about to be accepted. */
export interface NewSaga {
  /** UUIDv7. */
  saga_id: string;
  correlation_id: string;
  type: string;
  version: number;
  tenant_id: string;
  line_keys: string[];
  request: object;
  inbound_request: Record<string, unknown>;
  accepted_at: Date;
}

/** Sagas as the intake sees them. Every look-up names the tenant, so no other tenant's saga can come back. */
export interface IntakeRepository {
  /** Stores the saga; false when the tenant has used its correlation id before. */
  accept(saga: NewSaga): Promise<boolean>;
  byCorrelationId(tenantId: string, correlationId: string): Promise<SagaDocument | undefined>;
  /** The saga's log, oldest first. */
  entries(sagaId: string): Promise<EntryDocument[]>;
}

export const intakeRepository = ({ connection, commit }: Store): IntakeRepository => ({
  accept: ({ saga_id, ...saga }) => {
    const document: SagaDocument = {
      _id: saga_id,
      ...saga,
      status: 'pending' satisfies IntegrationStatus,
      phase: 'running',
      epoch: 0,
      settled_epoch: 0,
      failures: 0,
      resumed: false,
      updated_at: saga.accepted_at,
      next_run_at: dueAtOnce,
    };
    return commit.insert(collections.sagas, document);
  },

  byCorrelationId: (tenantId, correlationId) =>
    reaching(async () => {
      const saga = await rawCollection<SagaDocument>(connection, collections.sagas).findOne({ tenant_id: tenantId, correlation_id: correlationId });
      return saga ?? undefined;
    }),

  entries: (sagaId) =>
    reaching(() =>
      rawCollection<EntryDocument>(connection, collections.logs).find({ saga_id: sagaId }).sort({ 'journal.seq': 1, date: 1 }).toArray(),
    ),
});
