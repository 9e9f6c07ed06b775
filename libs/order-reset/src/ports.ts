import type { RetryPolicy } from '@crossroads/saga';
import type { Order, Snapshot, SnapshotInfo } from './order.js';
import type { ResetRequest } from './reset-request.js';

/** The saga that writes, and the number of its claim. An order's lock accepts only the newest claim (a fencing token). */
export interface LockOwner {
  sagaId: string;
  epoch: number;
}

/**
 * The orders, one document each. Every write updates a single document and checks its lock, so it takes effect once or not at all.
 *
 * A write that does not match throws ClaimLost where a newer claim of the saga was seen. Otherwise it throws StopSaga:
 * `order.not_locked` when the saga has no lock on the order, `order.gone` when the order does not exist.
 * Every method may throw StoreUnavailable, and NonRetryableError `order.too_large`.
 *
 * A write of an older claim may arrive late, and would still match after a mere read. So every method that finds nothing (more) to do
 * first raises the lock's epoch to that of this claim.
 */
export interface Orders {
  /** Returns the orders between the caller and the counterparty that match the request, at most two. Those with a number that the caller chose come first. */
  find(request: ResetRequest): Promise<Order[]>;
  /** Raises the lock's epoch to this claim's if the saga has the lock already. Returns false if it has not. */
  relock(orderId: string, owner: LockOwner): Promise<boolean>;
  /**
   * Locks the order if it was never locked, or if the saga that locked it has ended. No lock is removed: a late write
   * of an ended saga could then take the order again. Returns false while another saga has the lock, and registers this saga as a waiter.
   */
  lock(orderId: string, owner: LockOwner): Promise<boolean>;
  /** Registers a waiter, so that the owner wakes the next saga when it ends. Does nothing unless another saga has the lock. */
  requestLock(orderId: string, owner: Pick<LockOwner, 'sagaId'>): Promise<void>;
  /** Returns whether another saga has requested the lock, or has it. For the end of a saga. */
  isRequested(orderId: string, owner: Pick<LockOwner, 'sagaId'>): Promise<boolean>;
  /** Reads the data that a reset will clear, with the exact stored values. */
  snapshot(orderId: string): Promise<Snapshot>;
  /**
   * Clears the deliveries if the order is still at `version`; otherwise returns `moved`.
   * Returns the version that was cleared: an earlier one where an earlier attempt took effect.
   */
  clearDeliveries(orderId: string, version: number, owner: LockOwner): Promise<{ version: number } | 'moved'>;
  /** Returns the version at which this saga cleared the deliveries. Returns undefined when it has not, and then no older claim of it can any more. */
  clearedVersion(orderId: string, owner: LockOwner): Promise<number | undefined>;
  /** Restores the deliveries and keeps those saved since. Does nothing when they were not cleared, or are restored already. */
  restoreDeliveries(orderId: string, snapshot: Snapshot, owner: LockOwner): Promise<void>;
  /** Sets NO_PROGRESS. Returns the state it replaced; it differs from `expected` where an earlier attempt took effect or another writer changed it. */
  resetProgression(orderId: string, expected: string, owner: LockOwner): Promise<{ was: string }>;
  /** Replaces the deliveries and progression that the order has at `version` with those of the snapshot, once. */
  restoreExactly(orderId: string, snapshot: Snapshot, version: number, owner: LockOwner): Promise<'restored' | 'moved'>;
  /**
   * Restores the replaced progression unless another writer has changed it since. Returns `restored` (by this or an earlier attempt),
   * `moved-on` where another writer changed it, or `not-reset` where this saga never reset it.
   */
  restoreProgression(orderId: string, owner: LockOwner): Promise<'restored' | 'moved-on' | 'not-reset'>;
}

/** The audit log, read for the data that a saga cleared. */
export interface AuditLog {
  /** Returns what the saga cleared; `restored` if its compensation restored it; undefined if it cleared nothing. */
  cleared(sagaId: string): Promise<SnapshotInfo | 'restored' | undefined>;
  snapshot(sagaId: string, version: number): Promise<Snapshot>;
}

/** The order queue: the sagas of one order run in the order of their acceptance. */
export interface OrderQueue {
  /** Returns the saga of this order that was accepted earlier and has not ended, if there is one. */
  blockedBy(order: Order, sagaId: string): Promise<string | undefined>;
  /** Enqueues the first waiting saga. Best effort: a waiting saga also retries by itself. */
  wakeNext(order: Order): Promise<void>;
}

/** The request in the destination's own format. It is built once, stored in the journal, and sent unchanged at each attempt. */
export interface OutboundRequest {
  method: 'POST';
  url: string;
  headers: Record<string, string>;
  /** The exact bytes, as text. */
  body: string;
}

export interface DestinationReply {
  /** `synced`: accepted. `requested`: delivered, and waits for an approval there. `rejected`: certainly not processed. */
  answer: 'synced' | 'requested' | 'rejected';
  message: string;
  http_status: number;
  /** The first 2 kB of the reply. */
  body: string;
}

/** How a destination is configured. */
export interface DispatchPolicy {
  /** What happens to the order when the destination rejects the reset: it is restored, or it stays cleared. */
  on_rejection: 'restore' | 'keep';
}

/** The destination systems. */
export interface Destinations {
  /** Returns the policy of the order's destination. Throws NonRetryableError when no request can ever be sent there. Called before anything is cleared. */
  check(order: Order): Promise<DispatchPolicy>;
  prepare(order: Order, cleared: SnapshotInfo, ids: { dispatchKey: string; correlationId: string }): Promise<OutboundRequest>;
  /**
   * Sends the request that `begin` returns. Calls `begin` once, just before sending: a request that a limit or a pause holds back has not begun.
   * Throws RetryableError for every unknown outcome, and DeferStep for a request that was held back.
   */
  send(order: Order, begin: BeginDispatch, signal: AbortSignal): Promise<DestinationReply>;
}

export type BeginDispatch = () => Promise<BegunDispatch>;

export interface BegunDispatch {
  request: OutboundRequest;
  /** Whether the destination may have received this request before. Then its reply may be about the earlier one. */
  isRepeated: boolean;
}

export interface ResetOrderPorts {
  orders: Orders;
  auditLog: AuditLog;
  orderQueue: OrderQueue;
  destinations: Destinations;
  /** Replaces parts of the default retry policy of the dispatch. */
  dispatchRetry?: Partial<RetryPolicy>;
}
