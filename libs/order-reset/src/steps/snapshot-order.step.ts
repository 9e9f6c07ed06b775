import type { CompensatableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotFacts } from '../order.js';
import { factsOf, inWords } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';

interface Needs {
  order: Order;
}

interface Adds {
  snapshot: SnapshotFacts;
}

/** Saves what will be cleared into the audit log, exactly as it is. */
export const snapshotOrder = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Needs, Adds> => ({
  name: 'snapshot-order',
  title: 'Deliveries saved to the audit log',
  status: { done: 'origin_mapped', refused: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order }) {
    const snapshot = await orders.snapshot(order.order_id);
    return done(
      { snapshot: factsOf(snapshot) },
      {
        message: `Saved ${inWords(snapshot.bols.length, snapshot.executed_drops.length)} at version ${snapshot.version}.`,
        extra_data: snapshot,
      },
    );
  },

  /** The log is append-only: what was saved stays saved. */
  async undo() {},
});
