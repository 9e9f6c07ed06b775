import type { PivotStep } from '@crossroads/saga';
import { done, NonRetryableError, RetryableError } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { inWords, NO_PROGRESS } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';
import type { RecoverRequest } from '../recover-request.js';
import { snapshotAgain, snapshotsPerAttempt } from './snapshot-again.js';

interface Input {
  request: RecoverRequest;
  order: Order;
  lost: SnapshotInfo;
  /** What stands on the order now. */
  snapshot: SnapshotInfo;
}

/** Puts the snapshot back exactly, unless the order has been delivered anew meanwhile. */
export const restoreOrder = ({ orders, auditLog }: Pick<ResetOrderPorts, 'orders' | 'auditLog'>): PivotStep<Input, object> => ({
  name: 'restore-order',
  title: 'Deliveries and progression put back',
  status: { done: 'synced', rejected: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ request: { recovers }, order, lost, snapshot }, context) {
    const kept = await auditLog.snapshot(recovers.saga_id, lost.version);
    let now = snapshot;
    for (let taken = 0; taken < snapshotsPerAttempt; taken++) {
      if (!recovers.force) rejectIfMovedOn(now, lost);
      const outcome = await orders.restoreExactly(order.order_id, kept, now.version, context);
      if (outcome === 'restored') return done({}, { message: `${inWords(lost.bols, lost.executed_drops)} are back; progression is ${lost.progression_state}.` });
      now = await snapshotAgain({ orders }, order, context);
    }
    throw new RetryableError('order.busy', `The order changed under ${snapshotsPerAttempt} snapshots in a row.`);
  },
});

/** Untouched since the reset, or exactly as it was before it: in both cases nothing newer can be overwritten. */
const rejectIfMovedOn = (now: SnapshotInfo, lost: SnapshotInfo): void => {
  const untouched = now.bols === 0 && now.executed_drops === 0 && [NO_PROGRESS, lost.progression_state].includes(now.progression_state);
  if (untouched || now.sha256 === lost.sha256) return;
  throw new NonRetryableError(
    'recover.order_moved_on',
    `The order has moved on: it now has ${inWords(now.bols, now.executed_drops)} and stands at ${now.progression_state}; ` +
      `the snapshot has ${inWords(lost.bols, lost.executed_drops)} and ${lost.progression_state}. Force the recovery to put the snapshot in their place.`,
  );
};
