import type { RetryPolicy } from '@crossroads/saga';
import type { Order, Snapshot, SnapshotInfo } from './order.js';
import type { ResetRequest } from './reset-request.js';

/** Who writes: the saga and the number of its claim. An order's fence lets only the newest through. */
export interface LockOwner {
  sagaId: string;
  epoch: number;
}

/**
 * The orders, each one document. Every write is a single-document update filtered by the fence, so it takes effect once
 * or not at all. A write that does not match throws ClaimLost where a newer claim of the saga was seen, and StopSaga otherwise: `order.not_held`
 * when the saga has not got the lock, `order.gone` when there is no such order. All may throw StoreUnavailable, and StepRefused `order.too_large`.
 *
 * A write of an older claim may still be on its way and would match after a mere read. So every method that decides "there is nothing (more) to do"
 * has raised the lock's epoch to this claim's before it reads.
 */
export interface Orders {
  /** Orders between the caller and the counterparty that the request may mean; two are enough to know it is ambiguous. */
  find(request: ResetRequest): Promise<Order[]>;
  /** Raises the lock's epoch to this claim's if the saga has the lock already; false if it has not. */
  relock(orderId: string, owner: LockOwner): Promise<boolean>;
  /** Takes the fence. False while another saga has it, which is then asked for it. */
  lock(orderId: string, owner: LockOwner): Promise<boolean>;
  /** Asks whoever has the fence to say so when it is given back. Does nothing while nobody else has it. */
  requestLock(orderId: string, owner: Pick<LockOwner, 'sagaId'>): Promise<void>;
  /** Gives the fence back; true if another saga asked for it meanwhile. Repeatable. */
  unlock(orderId: string, owner: Pick<LockOwner, 'sagaId'>): Promise<boolean>;
  /** Reads what a reset will clear, in the store's own values. */
  snapshot(orderId: string): Promise<Snapshot>;
  /**
   * Empties deliveries if the order still is at `version`.
   * Answers the version whose deliveries are gone (an earlier attempt's, if that got through), or `moved`.
   */
  clearDeliveries(orderId: string, version: number, owner: LockOwner): Promise<{ version: number } | 'moved'>;
  /** The version at which this saga cleared the deliveries; undefined when it has not, and no older claim of it can any more. */
  clearedVersion(orderId: string, owner: LockOwner): Promise<number | undefined>;
  /** Puts deliveries back beside any that were saved since. Does nothing when they were not cleared, or are back. */
  restoreDeliveries(orderId: string, snapshot: Snapshot, owner: LockOwner): Promise<void>;
  /** Sets NO_PROGRESS; answers the state it replaced, which may be another than `expected` (an earlier attempt's, if that got through). */
  resetProgression(orderId: string, expected: string, owner: LockOwner): Promise<{ was: string }>;
  /** Puts deliveries and progression of a snapshot in place of what the order has at `version`, once. */
  restoreExactly(orderId: string, snapshot: Snapshot, version: number, owner: LockOwner): Promise<'restored' | 'moved'>;
  /**
   * Puts the replaced state back unless the order has moved on since.
   * Answers what stands then: `restored` (now or by an earlier attempt), `moved-on`, or `not-reset` where this saga never reset it.
   */
  restoreProgression(orderId: string, owner: LockOwner): Promise<'restored' | 'moved-on' | 'not-reset'>;
}

/** What was cleared, read back from the log. */
export interface AuditLog {
  /** What a saga's clear removed; `restored` if the saga put it back itself; undefined if it cleared nothing. */
  cleared(sagaId: string): Promise<SnapshotInfo | 'restored' | undefined>;
  snapshot(sagaId: string, version: number): Promise<Snapshot>;
}

/** Resets of one order take their turns in the order they were accepted in. */
export interface OrderQueue {
  /** The saga that was accepted earlier and has yet to end, if there is one. */
  blockedBy(order: Order, sagaId: string): Promise<string | undefined>;
  /** Rings the bell of the saga that waits first. Best effort: whoever waits also looks by itself. */
  wakeNext(order: Order): Promise<void>;
}

/** A reset in the destination's own terms: built once, kept in the journal, sent as it is at each attempt. */
export interface OutboundRequest {
  method: 'POST';
  url: string;
  headers: Record<string, string>;
  /** The exact bytes, as text. */
  body: string;
}

export interface DestinationReply {
  /** `synced`: taken. `requested`: someone there must accept it first. `refused`: known not to have been done. */
  answer: 'synced' | 'requested' | 'rejected';
  message: string;
  http_status: number;
  /** The reply's first 2 kB. */
  body: string;
}

/** What was agreed with a destination. */
export interface DispatchPolicy {
  /** What becomes of the order when the destination refuses the reset: put back, or kept cleared. */
  on_rejection: 'restore' | 'keep';
}

/** The systems at the other end. */
export interface Destinations {
  /** Throws StepRefused when the order could never be sent there: asked before anything is cleared. */
  check(order: Order): Promise<DispatchPolicy>;
  prepare(order: Order, cleared: SnapshotInfo, ids: { dispatchKey: string; correlationId: string }): Promise<OutboundRequest>;
  /** Throws StepUnavailable for every outcome that is not known. */
  send(order: Order, request: OutboundRequest, signal: AbortSignal): Promise<DestinationReply>;
}

export interface ResetOrderPorts {
  orders: Orders;
  auditLog: AuditLog;
  line: OrderQueue;
  destinations: Destinations;
  /** How long a destination is tried; up to a day when left out. */
  dispatchRetry?: Partial<RetryPolicy>;
}
