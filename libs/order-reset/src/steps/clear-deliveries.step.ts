import type { CompensatableStep } from '@crossroads/saga';
import { done, RetryableError, StopSaga } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { snapshotInfo, inWords } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { staysCleared } from './stays-cleared.js';
import { snapshotAgain, snapshotsPerAttempt } from './snapshot-again.js';
import { unlessDeleted } from './unless-deleted.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  snapshot: SnapshotInfo;
}

interface Output {
  /** The snapshot that holds what was cleared: the first one, or a later one if the order moved meanwhile. */
  cleared: SnapshotInfo;
}

/** Empties the order's BOLs and executed drops: those of a snapshot in the log, never one that was saved since. */
export const clearDeliveries = ({ orders, auditLog }: Pick<ResetOrderPorts, 'orders' | 'auditLog'>): CompensatableStep<Input, Output> => ({
  name: 'clear-deliveries',
  title: 'BOLs and executed drops cleared',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order, snapshot }, context) {
    let latest = snapshot;
    for (let taken = 0; taken < snapshotsPerAttempt; taken++) {
      const outcome = await orders.clearDeliveries(order.order_id, latest.version, context);
      if (outcome !== 'moved') {
        const cleared = outcome.version === latest.version ? latest : snapshotInfo(await auditLog.snapshot(context.sagaId, outcome.version));
        return done({ cleared }, { message: `Cleared ${inWords(cleared.bols, cleared.executed_drops)}.` });
      }
      latest = await snapshotAgain({ orders }, order, context);
    }
    throw new RetryableError('order.busy', `The order changed under ${snapshotsPerAttempt} snapshots in a row.`);
  },

  async onTerminated({ order }, context) {
    if (!order) return;
    try {
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return;
      await context.record('cleared', { cleared: snapshotInfo(await auditLog.snapshot(context.sagaId, version)) }, { title: 'Found cleared' });
    } catch (gone) {
      if (!(gone instanceof StopSaga)) throw gone;
    }
  },

  undo: ({ order, policy }, context) =>
    unlessDeleted(async () => {
      if (staysCleared(policy, context)) return done({ restored: false }, { message: 'Left cleared: so it was agreed with this destination.' });
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return done({ restored: false }, { message: 'Nothing had been cleared.' });
      await orders.restoreDeliveries(order.order_id, await auditLog.snapshot(context.sagaId, version), context);
      return done({ restored: true }, { message: 'BOLs and executed drops put back.' });
    }),
});
