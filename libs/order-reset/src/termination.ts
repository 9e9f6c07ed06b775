import type { DescribeTermination, Entry, StoredSaga } from '@crossroads/saga';
import { StopSaga, valuesIn } from '@crossroads/saga';
import type { Order, SnapshotInfo } from './order.js';
import { snapshotInfo } from './order.js';
import type { AuditLog, Orders } from './ports.js';
import { resetRequest } from './reset-request.js';

interface Ports {
  orders: Pick<Orders, 'clearedVersion'>;
  auditLog: Pick<AuditLog, 'snapshot'>;
}

/** Returns the function that describes a termination: who terminated the saga, and what the saga has cleared. */
export const termination =
  (ports: Ports, { sagaId, request }: Pick<StoredSaga, 'sagaId' | 'request'>, { by, reason }: { by: string; reason: string }): DescribeTermination =>
  async (epoch, entries) => {
    const cleared = await clearedBy(ports, { sagaId, epoch }, orderIn(request, entries), entries);
    return {
      status: 'error',
      title: 'Terminated by an operator',
      code: 'saga.terminated',
      ...(cleared && { output: { cleared } }),
      detail: { message: `Terminated by ${by}: ${reason}. Nothing was compensated.`, extra_data: { terminated_by: by, reason } },
    };
  };

/** Returns the orders that a saga may have locked. Its journal may not name the order yet, so the request is used then. */
export const lockedOrders = async (orders: Pick<Orders, 'find'>, request: unknown, entries: readonly Entry[]): Promise<Order[]> => {
  const order = orderIn(request, entries);
  if (order) return [order];
  const readable = resetRequest.safeParse(request);
  return readable.success ? orders.find(readable.data) : [];
};

const orderIn = (request: unknown, entries: readonly Entry[]): Order | undefined => (valuesIn(request, entries) as { order?: Order }).order;

/**
 * Returns what the saga has cleared, for its last entry. Without this, a clear whose own entry was never written could not be recovered.
 * The read also raises the epoch of the order lock, so that a late clear or restore of a zombie worker is rejected.
 */
const clearedBy = async ({ orders, auditLog }: Ports, owner: { sagaId: string; epoch: number }, order: Order | undefined, entries: readonly Entry[]): Promise<SnapshotInfo | undefined> => {
  if (!order) return undefined;
  try {
    const version = await orders.clearedVersion(order.order_id, owner);
    return version === undefined ? undefined : snapshotInfo(await auditLog.snapshot(owner.sagaId, version));
  } catch (error) {
    // Without the lock or the order, no write of this saga can match.
    if (error instanceof StopSaga) return error.code === 'order.gone' ? undefined : newestSnapshot(entries);
    throw error;
  }
};

/** Returns the last saved snapshot. The lock is gone, so it is unknown whether the order was cleared. Recover compares the order with the snapshot. */
const newestSnapshot = (entries: readonly Entry[]): SnapshotInfo | undefined => {
  const snapshots = entries.map(({ output = {} }) => ('sha256' in output ? output : (output as { snapshot?: SnapshotInfo }).snapshot));
  return snapshots.findLast((snapshot) => snapshot !== undefined) as SnapshotInfo | undefined;
};
