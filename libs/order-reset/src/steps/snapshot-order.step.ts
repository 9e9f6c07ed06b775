import type { CompensatableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { snapshotInfo, inWords } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';

interface Input {
  order: Order;
}

interface Output {
  snapshot: SnapshotInfo;
}

/** Saves what will be cleared into the audit log, exactly as it is. */
export const snapshotOrder = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Input, Output> => ({
  name: 'snapshot-order',
  title: 'Deliveries saved to the audit log',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order }) {
    const snapshot = await orders.snapshot(order.order_id);
    return done(
      { snapshot: snapshotInfo(snapshot) },
      {
        message: `Saved ${inWords(snapshot.bols.length, snapshot.executed_drops.length)} at version ${snapshot.version}.`,
        extra_data: snapshot,
      },
    );
  },

  /** The log is append-only: what was saved stays saved. */
  async undo() {},
});
