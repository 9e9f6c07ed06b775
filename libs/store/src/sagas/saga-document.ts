import type { IntegrationStatus } from '@crossroads/contract';
import type { Phase, StoredSaga } from '@crossroads/saga';

export const phases = ['running', 'waiting', 'awaiting_approval', 'retrying', 'stopped', 'ended'] as const satisfies readonly Phase[];

/** Phases of a saga that continues without an operator. Only these sagas have a `next_run_at`. */
export const inFlight = ['running', 'waiting', 'awaiting_approval', 'retrying'] as const satisfies readonly Phase[];

/** Phases of a saga that may still act: on its own, or after an operator resumes it. */
export const unended = ['running', 'waiting', 'awaiting_approval', 'retrying', 'stopped'] as const satisfies readonly Phase[];

/** Error codes of a waiting saga that a destination blocks: it fails, or it is paused. */
export const blockedCodes = ['destination.circuit_open', 'destination.paused'] as const;

/** Returns whether the saga waits for a destination that fails or is paused. */
export const isBlocked = ({ phase, error }: Pick<SagaDocument, 'phase' | 'error'>): boolean => phase === 'waiting' && blockedCodes.some((code) => code === error?.code);

/** A saga as it is stored. */
export interface SagaDocument {
  _id: string;
  type: string;
  version: number;
  tenant_id: string;
  correlation_id: string;
  concurrency_keys: string[];
  request: object;
  inbound_request: Record<string, unknown>;
  /** The W3C `traceparent` of the submission. Absent without tracing. */
  traceparent?: string;
  status: IntegrationStatus;
  phase: Phase;
  step?: string;
  epoch: number;
  settled_epoch: number;
  /** Claims up to this epoch may not have read a decision from outside, so none of them can stop the saga. Absent without such a decision. */
  decided_epoch?: number;
  failures: number;
  resumed: boolean;
  error?: { code: string; message: string };
  accepted_at: Date;
  updated_at: Date;
  ended_at?: Date;
  next_run_at?: Date;
}

/** The id and tenant of a saga. With both, a sharded cluster asks one shard for the document. */
export type SagaKey = Pick<SagaDocument, '_id' | 'tenant_id'>;

/** A saga and the claim that was its newest when it was read. */
export type SeenSaga = SagaKey & Pick<SagaDocument, 'epoch'>;

/** A saga to accept. */
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
  /** Absent when the caller gave none. The unique index holds only sagas that have one. */
  idempotency_key?: string;
}

/** A saga with the caller's idempotency key. */
export interface AcceptedSaga extends SagaDocument {
  idempotency_key?: string;
}

/** What the journal and the traces need of a saga's document. The kernel only passes it on. */
export interface SagaMetadata {
  tenantId: string;
  correlationId: string;
  type: string;
  request: object;
  inboundRequest: Record<string, unknown>;
  traceparent?: string | undefined;
}

const metadataOf = (saga: SagaDocument): SagaMetadata => ({
  tenantId: saga.tenant_id,
  correlationId: saga.correlation_id,
  type: saga.type,
  request: saga.request,
  inboundRequest: saga.inbound_request,
  traceparent: saga.traceparent,
});

/** Returns a stored saga as the kernel knows it, for decisions about it. */
export const storedSagaOf = (saga: SagaDocument): StoredSaga<SagaMetadata> => ({
  sagaId: saga._id,
  epoch: saga.epoch,
  settledEpoch: saga.settled_epoch,
  phase: saga.phase,
  resumed: saga.resumed,
  request: saga.request,
  metadata: metadataOf(saga),
  step: saga.step,
});
