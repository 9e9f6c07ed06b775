import type { PivotStep } from '@crossroads/saga';
import { done, NonRetryableError, RetryableError } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { describeCounts, NO_PROGRESS } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';
import type { RecoverRequest } from '../recover-request.js';
import { snapshotAgain, snapshotsPerAttempt } from './snapshot-order.step.js';

interface Input {
  request: RecoverRequest;
  order: Order;
  lost: SnapshotInfo;
  /** The current data of the order. */
  snapshot: SnapshotInfo;
}

/** Restores the snapshot exactly. Rejected when the order has new deliveries since the reset, unless the recovery is forced. */
export const restoreOrder = ({ orders, auditLog }: Pick<ResetOrderPorts, 'orders' | 'auditLog'>): PivotStep<Input, object> => ({
  name: 'restore-order',
  title: 'Deliveries and progression restored',
  status: { done: 'synced', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ request: { recovers }, order, lost, snapshot }, context) {
    const cleared = await auditLog.snapshot(recovers.saga_id, lost.version);
    let now = snapshot;
    for (let count = 0; count < snapshotsPerAttempt; count++) {
      if (!recovers.force) rejectIfMovedOn(now, lost);
      const outcome = await orders.restoreExactly(order.order_id, cleared, now.version, context);
      if (outcome === 'restored') return done({}, { message: `${describeCounts(lost.bols, lost.executed_drops)} restored; progression is ${lost.progression_state}.` });
      now = await snapshotAgain({ orders }, order, context);
    }
    throw new RetryableError('order.busy', `The order changed after each of ${snapshotsPerAttempt} snapshots in a row.`);
  },
});

/** Throws NonRetryableError when restoring would overwrite newer data: the order is neither unchanged since the reset, nor exactly as before it. */
const rejectIfMovedOn = (now: SnapshotInfo, lost: SnapshotInfo): void => {
  const isUnchanged = now.bols === 0 && now.executed_drops === 0 && [NO_PROGRESS, lost.progression_state].includes(now.progression_state);
  if (isUnchanged || now.sha256 === lost.sha256) return;
  throw new NonRetryableError(
    'recover.order_moved_on',
    `The order has changed since the reset: it now has ${describeCounts(now.bols, now.executed_drops)} and progression ${now.progression_state}. ` +
      `The snapshot has ${describeCounts(lost.bols, lost.executed_drops)} and progression ${lost.progression_state}. Force the recovery to replace the current data with the snapshot.`,
  );
};
