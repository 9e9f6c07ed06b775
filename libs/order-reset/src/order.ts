import type { LogMetadata, Routing } from '@crossroads/contract';

/** Delivery progress of an order before its first progress event, and again after a reset. */
export const NO_PROGRESS = 'NO_PROGRESS';

/** One side of an order: a tenant, its installation, and its number for the order. */
export interface Party {
  tenant_id: string;
  tenant_name: string;
  instance_id: string | null;
  instance_name: string | null;
  source_system: string | null;
  source_system_id: string | null;
  order_number: string | null;
}

/** An order from the caller's side, without its deliveries. */
export interface Order {
  order_id: string;
  /** The order's integration status. A reset never changes it; some statuses prevent a reset. */
  status: string;
  caller: Party;
  counterparty: Party;
  /** Present when the caller's number for the order was chosen by the counterparty or generated. A number that the caller chose takes precedence. */
  number_is_foreign?: true;
  /** Why the document cannot be reset and restored exactly; absent when it can. */
  malformed?: string;
}

/** BOLs and executed drops, with the exact stored values, so that the audit log loses nothing. */
export interface Deliveries {
  bols: readonly unknown[];
  executed_drops: readonly unknown[];
}

/** Fields that an order document does not have, or has as null. */
export type Missing = Partial<Record<'bols' | 'executed_drops' | 'progression_state', 'absent' | 'null'>>;

/** The data that a reset will clear. */
export interface Snapshot extends Deliveries {
  /** The order's version when it was read. */
  version: number;
  progression_state: string;
  /**
   * Fields that were absent or null, as other writers may store them. The snapshot has an empty list or NO_PROGRESS in their place.
   * Restoring makes them absent or null again.
   */
  missing?: Missing;
  /** Hex SHA-256 over the BSON of `{ bols, executed_drops, progression_state }`. */
  sha256: string;
}

/** A snapshot without its contents, small enough for the saga's state. */
export interface SnapshotInfo {
  version: number;
  sha256: string;
  progression_state: string;
  /** Number of BOLs. */
  bols: number;
  /** Number of executed drops. */
  executed_drops: number;
}

export const snapshotInfo = ({ version, sha256, progression_state, bols, executed_drops }: Snapshot): SnapshotInfo => ({
  version,
  sha256,
  progression_state,
  bols: bols.length,
  executed_drops: executed_drops.length,
});

/** Returns both counts as text, such as "1 BOL and 2 executed drops". */
export const describeCounts = (bols: number, drops: number): string =>
  `${bols} ${bols === 1 ? 'BOL' : 'BOLs'} and ${drops} executed ${drops === 1 ? 'drop' : 'drops'}`;

/** Returns the routing of the request, not of the order: the caller is the origin. */
export const routingOf = (caller: Omit<Party, 'order_number'>, counterparty: Omit<Party, 'order_number'>): Routing => ({
  origin_tenant_id: caller.tenant_id,
  origin_tenant_name: caller.tenant_name,
  origin_source_system: caller.source_system,
  origin_source_system_id: caller.source_system_id,
  origin_instance_id: caller.instance_id,
  origin_instance_name: caller.instance_name,
  destination_tenant_id: counterparty.tenant_id,
  destination_tenant_name: counterparty.tenant_name,
  destination_source_system: counterparty.source_system,
  destination_source_system_id: counterparty.source_system_id,
  destination_instance_id: counterparty.instance_id,
  destination_instance_name: counterparty.instance_name,
});

/** The fields about the order in every log entry of its sagas. */
export interface LogSubject {
  routing: Routing;
  metadata: LogMetadata;
}
