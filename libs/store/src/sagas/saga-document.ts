import type { Phase } from '@crossroads/saga';
import type { IntegrationStatus } from '@crossroads/contract';

/** Phases of a saga that may still do something: by itself, or once an operator resumes it. */
export const unended = ['running', 'waiting', 'awaiting_approval', 'retrying', 'stopped'] as const satisfies readonly Phase[];

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
  /** The trace it was submitted in, by W3C's header of that name; absent where nobody traces. */
  traceparent?: string;
  status: IntegrationStatus;
  phase: Phase;
  step?: string;
  epoch: number;
  settled_epoch: number;
  failures: number;
  resumed: boolean;
  error?: { code: string; message: string };
  accepted_at: Date;
  updated_at: Date;
  ended_at?: Date;
  next_run_at?: Date;
}

/** What the journal's entries show of their saga, what its trace goes on from, and whose it is. */
export interface SagaMetadata {
  tenantId: string;
  correlationId: string;
  type: string;
  request: object;
  inboundRequest: Record<string, unknown>;
  traceparent?: string | undefined;
}
