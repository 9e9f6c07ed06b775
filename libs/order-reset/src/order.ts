import type { LogMetadata, Routing } from '@crossroads/contract';

/** Delivery progress of an order before its first progress event, and again after a reset. */
export const NO_PROGRESS = 'NO_PROGRESS';

/** One end of an order: a tenant, the installation it works with, and the number it knows the order by. */
export interface End {
  tenant_id: string;
  tenant_name: string;
  instance_id: string | null;
  instance_name: string | null;
  source_system: string | null;
  source_system_id: string | null;
  order_number: string | null;
}

/** An order as the steps speak of it: seen from the caller, with what it carries left in the store. */
export interface Order {
  order_id: string;
  /** The order's own integration status; a reset neither minds nor changes most of them. */
  status: string;
  caller: End;
  counterparty: End;
  /** What is wrong with the document, in words, where it cannot be reset and put back exactly. */
  malformed?: string;
}

/** BOLs and executed drops, in the store's own values so that nothing is lost on the way to the audit log. */
export interface Deliveries {
  bols: readonly unknown[];
  executed_drops: readonly unknown[];
}

export type Missing = Partial<Record<'bols' | 'executed_drops' | 'progression_state', 'absent' | 'null'>>;

/** What a reset will clear, as it was. */
export interface Snapshot extends Deliveries {
  /** The order's version when it was read. */
  version: number;
  progression_state: string;
  /**
   * Fields that were absent or null, as orders of other writers may have them. The snapshot shows an empty list or NO_PROGRESS in their place;
   * putting it back makes them absent or null again.
   */
  missing?: Missing;
  /** Hex SHA-256 over the BSON of `{ bols, executed_drops, progression_state }`. */
  sha256: string;
}

/** A snapshot without its contents, small enough to travel in the saga's state. */
export interface SnapshotInfo {
  version: number;
  sha256: string;
  progression_state: string;
  /** How many of each. */
  bols: number;
  executed_drops: number;
}

export const snapshotInfo = ({ version, sha256, progression_state, bols, executed_drops }: Snapshot): SnapshotInfo => ({
  version,
  sha256,
  progression_state,
  bols: bols.length,
  executed_drops: executed_drops.length,
});

/** Counts of both, as a person says them. */
export const inWords = (bols: number, drops: number): string =>
  `${bols} ${bols === 1 ? 'BOL' : 'BOLs'} and ${drops} executed ${drops === 1 ? 'drop' : 'drops'}`;

/** Routing of the request, not of the order: whoever asks for the reset is its origin. */
export const routingOf = (caller: Omit<End, 'order_number'>, counterparty: Omit<End, 'order_number'>): Routing => ({
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

/** What every log entry of an order saga says of its subject. */
export interface LogSubject {
  routing: Routing;
  metadata: LogMetadata;
}
