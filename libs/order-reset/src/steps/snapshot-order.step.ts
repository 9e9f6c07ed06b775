import type { CompensatableStep, StepContext } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { describeCounts, snapshotInfo } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';

interface Input {
  order: Order;
}

interface Output {
  snapshot: SnapshotInfo;
}

/** Saves the data that will be cleared to the audit log, with its exact values. */
export const snapshotOrder = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Input, Output> => ({
  name: 'snapshot-order',
  title: 'Deliveries saved to the audit log',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ order }) {
    const snapshot = await orders.snapshot(order.order_id);
    return done(
      { snapshot: snapshotInfo(snapshot) },
      {
        message: `Saved ${describeCounts(snapshot.bols.length, snapshot.executed_drops.length)} at version ${snapshot.version}.`,
        extra_data: snapshot,
      },
    );
  },

  /** Does nothing: the audit log is append-only. */
  async undo() {},
});

/** Snapshots per attempt. Then the step waits for its next attempt, since another writer keeps changing the order. */
export const snapshotsPerAttempt = 5;

/** Saves another snapshot, because the order has changed since the last one. Returns it without its contents. */
export const snapshotAgain = async ({ orders }: Pick<ResetOrderPorts, 'orders'>, order: Order, context: StepContext): Promise<SnapshotInfo> => {
  const snapshot = await orders.snapshot(order.order_id);
  return context.record(`version-${snapshot.version}`, snapshotInfo(snapshot), {
    title: 'Deliveries saved again',
    message: `The order had changed; saved again at version ${snapshot.version}.`,
    extra_data: snapshot,
  });
};
