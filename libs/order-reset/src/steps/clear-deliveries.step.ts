import type { CompensatableStep } from '@crossroads/saga';
import { done, StepUnavailable, StopSaga } from '@crossroads/saga';
import type { Order, SnapshotFacts } from '../order.js';
import { factsOf, inWords } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { DispatchTerms, ResetOrderPorts } from '../ports.js';
import { keepsCleared } from './keeps-cleared.js';
import { snapshotAgain, snapshotsPerAttempt } from './snapshot-again.js';
import { unlessDeleted } from './unless-deleted.js';

interface Needs {
  order: Order;
  terms: DispatchTerms;
  snapshot: SnapshotFacts;
}

interface Adds {
  /** The snapshot that holds what was cleared: the first one, or a later one if the order moved meanwhile. */
  cleared: SnapshotFacts;
}

/** Empties the order's BOLs and executed drops: those of a snapshot in the log, never one that was saved since. */
export const clearDeliveries = ({ orders, auditLog }: Pick<ResetOrderPorts, 'orders' | 'auditLog'>): CompensatableStep<Needs, Adds> => ({
  name: 'clear-deliveries',
  title: 'BOLs and executed drops cleared',
  status: { done: 'origin_mapped', refused: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order, snapshot }, context) {
    let latest = snapshot;
    for (let taken = 0; taken < snapshotsPerAttempt; taken++) {
      const outcome = await orders.clearDeliveries(order.order_id, latest.version, context);
      if (outcome !== 'moved') {
        const cleared = outcome.version === latest.version ? latest : factsOf(await auditLog.snapshot(context.sagaId, outcome.version));
        return done({ cleared }, { message: `Cleared ${inWords(cleared.bols, cleared.executed_drops)}.` });
      }
      latest = await snapshotAgain({ orders }, order, context);
    }
    throw new StepUnavailable('order.busy', `The order changed under ${snapshotsPerAttempt} snapshots in a row.`);
  },

  async atTerminated({ order }, context) {
    if (!order) return;
    try {
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return;
      await context.record('cleared', { cleared: factsOf(await auditLog.snapshot(context.sagaId, version)) }, { title: 'Found cleared' });
    } catch (gone) {
      if (!(gone instanceof StopSaga)) throw gone;
    }
  },

  undo: ({ order, terms }, context) =>
    unlessDeleted(async () => {
      if (keepsCleared(terms, context)) return done({ restored: false }, { message: 'Left cleared: so it was agreed with this destination.' });
      const version = await orders.clearedVersion(order.order_id, context);
      if (version === undefined) return done({ restored: false }, { message: 'Nothing had been cleared.' });
      await orders.restoreDeliveries(order.order_id, await auditLog.snapshot(context.sagaId, version), context);
      return done({ restored: true }, { message: 'BOLs and executed drops put back.' });
    }),
});
