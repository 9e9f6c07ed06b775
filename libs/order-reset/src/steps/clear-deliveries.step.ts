import type { CompensatableStep } from '@crossroads/saga';
import { done, RetryableError, StopSaga } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { describeCounts, snapshotInfo } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { staysCleared, unlessDeleted } from './compensation.js';
import { snapshotAgain, snapshotsPerAttempt } from './snapshot-order.step.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  snapshot: SnapshotInfo;
}

interface Output {
  /** The snapshot of what was cleared: the first one, or a later one if the order has changed since. */
  cleared: SnapshotInfo;
}

/** Clears the order's BOLs and executed drops, but only those of a snapshot in the audit log. Deliveries saved since then stay. */
export const clearDeliveries = ({ orders, auditLog }: Pick<ResetOrderPorts, 'orders' | 'auditLog'>): CompensatableStep<Input, Output> => ({
  name: 'clear-deliveries',
  title: 'BOLs and executed drops cleared',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ order, snapshot }, context) {
    let latest = snapshot;
    for (let count = 0; count < snapshotsPerAttempt; count++) {
      const outcome = await orders.clearDeliveries(order.order_id, latest.version, context);
      if (outcome !== 'moved') {
        const cleared = outcome.version === latest.version ? latest : snapshotInfo(await auditLog.snapshot(context.sagaId, outcome.version));
        return done({ cleared }, { message: `Cleared ${describeCounts(cleared.bols, cleared.executed_drops)}.` });
      }
      latest = await snapshotAgain({ orders }, order, context);
    }
    throw new RetryableError('order.busy', `The order changed after each of ${snapshotsPerAttempt} snapshots in a row.`);
  },

  async onTerminated({ order }, context) {
    if (!order) return;
    try {
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return;
      await context.record('cleared', { cleared: snapshotInfo(await auditLog.snapshot(context.sagaId, version)) }, { title: 'Deliveries found cleared' });
    } catch (error) {
      if (!(error instanceof StopSaga)) throw error;
    }
  },

  undo: ({ order, policy }, context) =>
    unlessDeleted(async () => {
      if (staysCleared(policy, context)) return done({ restored: false }, { message: 'Left cleared, as this destination is configured.' });
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return done({ restored: false }, { message: 'Nothing had been cleared.' });
      await orders.restoreDeliveries(order.order_id, await auditLog.snapshot(context.sagaId, version), context);
      return done({ restored: true }, { message: 'BOLs and executed drops restored.' });
    }),
});
