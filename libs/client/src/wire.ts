/** Replies of the Crossroads API. Printed from the schemas the server itself is held to, by `npm run generate`. */

export type IntegrationStatus = 'pending' | 'requested' | 'origin_mapped' | 'master_mapped' | 'destination_mapped' | 'synced' | 'canceled' | 'error' | 'rejected';

export interface Routing {
  origin_tenant_id: string | null;
  origin_tenant_name: string | null;
  origin_source_system: string | null;
  origin_source_system_id: string | null;
  origin_instance_id: string | null;
  origin_instance_name: string | null;
  destination_tenant_id: string | null;
  destination_tenant_name: string | null;
  destination_source_system: string | null;
  destination_source_system_id: string | null;
  destination_instance_id: string | null;
  destination_instance_name: string | null;
}

export interface CrossroadsLogV2 {
  _id: string;
  title: string;
  date: string;
  status: 'unknown' | 'pending' | 'succeeded' | 'failed';
  severity: 'low' | 'medium' | 'high';
  routing: Routing;
  detail: {
    category: string;
    message: string;
    message_short: string;
    traceback: string | null;
    error: string | null;
  };
  metadata: {
    type: string;
    group_id: string | null;
    origin_order_number: string | null;
    crossroads_order_id: string | null;
  };
  worker_name: string;
  correlation_id: string;
  retried: boolean;
  saga_id: string;
  saga_type: string;
  send_notification: boolean;
  outbound_request: Record<string, unknown>;
  inbound_request: Record<string, unknown>;
  extra_data?: Record<string, unknown>;
}

export interface ResetReply {
  status: IntegrationStatus;
  message: string | null;
  log: CrossroadsLogV2 | null;
}

export interface ResetProgress {
  status: IntegrationStatus;
  message: string | null;
  log: CrossroadsLogV2 | null;
  correlation_id: string;
  saga_id: string;
  /** Whether the reset makes no further progress automatically. */
  done: boolean;
  /** Current step; null before the first step and after the last. */
  step: string | null;
  /** Failed attempts of the current step. */
  attempts: number;
  next_attempt_at: string | null;
  /** Number of log entries so far. `?logs=since:N` with it returns the later ones. */
  log_count: number;
  /** Empty unless the request has `?logs=since:N` or `?logs=all`. */
  logs: CrossroadsLogV2[];
}

export interface ResetSummary {
  correlation_id: string;
  saga_id: string;
  status: IntegrationStatus;
  done: boolean;
  step: string | null;
  message: string | null;
  order: {
    order_id: string | null;
    order_number: string | null;
  };
  dest_tenant_name: string;
  accepted_at: string;
  updated_at: string;
}

export interface ResetList {
  items: ResetSummary[];
  next_cursor: string | null;
}

export interface TokenReply {
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
}
