/** Replies of the Crossroads API. Printed from the schemas the server itself is held to, by `npm run generate`. */

export type IntegrationStatus = 'pending' | 'requested' | 'origin_mapped' | 'master_mapped' | 'destination_mapped' | 'synced' | 'canceled' | 'error' | 'rejected';

export interface Routing {
  /** Id of the tenant that made the request. */
  origin_tenant_id: string | null;
  /** Name of the tenant that made the request. */
  origin_tenant_name: string | null;
  /** Kind of system of the origin instance. */
  origin_source_system: string | null;
  /** Id of the origin instance in its own system. */
  origin_source_system_id: string | null;
  /** Id of the origin instance. */
  origin_instance_id: string | null;
  /** Name of the origin instance. */
  origin_instance_name: string | null;
  /** Id of the tenant that receives the request; null until the order is found. */
  destination_tenant_id: string | null;
  /** Name of the tenant that receives the request. */
  destination_tenant_name: string | null;
  /** Kind of system of the destination instance. */
  destination_source_system: string | null;
  /** Id of the destination instance in its own system. */
  destination_source_system_id: string | null;
  /** Id of the destination instance. */
  destination_instance_id: string | null;
  /** Name of the destination instance. */
  destination_instance_name: string | null;
}

export interface CrossroadsLogV2 {
  /** Id of the entry. */
  _id: string;
  /** What happened, in a few words. */
  title: string;
  /** Time of the entry. */
  date: string;
  /** Outcome of what the entry describes. */
  status: 'unknown' | 'pending' | 'succeeded' | 'failed';
  /** How much attention the entry needs. */
  severity: 'low' | 'medium' | 'high';
  /** You are the origin, and the other tenant of the order is the destination. */
  routing: Routing;
  /** The message of the entry, and its error code. */
  detail: {
    /** Always `crossroads`. */
    category: string;
    /** What happened, as a sentence. */
    message: string;
    /** The title of the entry. */
    message_short: string;
    /** Always null. */
    traceback: string | null;
    /** Error code in the form `<area>.<what>`; null without an error. */
    error: string | null;
  };
  /** The order that the entry is about. */
  metadata: {
    /** Always `order`. */
    type: string;
    /** Your number of the order. */
    group_id: string | null;
    /** Your number of the order. */
    origin_order_number: string | null;
    /** Crossroads id of the order; null until the order is found. */
    crossroads_order_id: string | null;
  };
  /** Always `Crossroads`. */
  worker_name: string;
  /** Correlation id of the reset. */
  correlation_id: string;
  /** Whether an operator had resumed the reset before this entry. */
  retried: boolean;
  /** Id of the saga, for the operators. */
  saga_id: string;
  /** What the saga does. */
  saga_type: string;
  /** Whether the entry needs a notification of people. */
  send_notification: boolean;
  /** The request to the destination, in the entries about it. */
  outbound_request: Record<string, unknown>;
  /** Your request. */
  inbound_request: Record<string, unknown>;
  /** Further data, such as the deliveries that the reset cleared. */
  extra_data?: Record<string, unknown>;
}

export interface ResetReply {
  status: IntegrationStatus;
  /** Status message or error details. */
  message: string | null;
  /** The newest log entry. */
  log: CrossroadsLogV2 | null;
}

export interface ResetProgress {
  status: IntegrationStatus;
  /** Status message or error details. */
  message: string | null;
  /** The newest log entry. */
  log: CrossroadsLogV2 | null;
  /** Identifies the reset within your tenant. */
  correlation_id: string;
  /** Id of the saga, for the operators. */
  saga_id: string;
  /** Whether the reset makes no further progress automatically. */
  done: boolean;
  /** Current step; null before the first step and after the last. */
  step: string | null;
  /** Failed attempts of the current step. */
  attempts: number;
  /** Time of the next attempt; null unless the current step is retried. */
  next_attempt_at: string | null;
  /** Number of log entries so far. `?logs=since:N` with it returns the later ones. */
  log_count: number;
  /** Empty unless the request has `?logs=since:N` or `?logs=all`. */
  logs: CrossroadsLogV2[];
}

export interface ResetSummary {
  /** Identifies the reset within your tenant. */
  correlation_id: string;
  /** Id of the saga, for the operators. */
  saga_id: string;
  status: IntegrationStatus;
  /** Whether the reset makes no further progress automatically. */
  done: boolean;
  /** Current step; null before the first step and after the last. */
  step: string | null;
  /** The error; null without one. */
  message: string | null;
  /** The order as your request named it. */
  order: {
    /** The order_id in your request. */
    order_id: string | null;
    /** The order_number in your request. */
    order_number: string | null;
  };
  /** The X-Dest-Tenant-Name of your request. */
  dest_tenant_name: string;
  /** Time of acceptance. */
  accepted_at: string;
  /** Time of the last saved change. */
  updated_at: string;
}

export interface ResetList {
  /** Newest first. */
  items: ResetSummary[];
  /** Send it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

export interface TokenReply {
  /** The token, for `Authorization: Bearer`. */
  access_token: string;
  /** Always `bearer`. */
  token_type: 'bearer';
  /** Lifetime of the token, in seconds. */
  expires_in: number;
  /** Scopes of the token, with spaces between them. */
  scope: string;
}
