import type { StepContext } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { snapshotInfo } from '../order.js';
import type { ResetOrderPorts } from '../ports.js';

/** Snapshots taken in one attempt before the order is left in peace for a while. */
export const snapshotsPerAttempt = 5;

/** The order moved since it was saved: what has come is saved as well before another try. */
export const snapshotAgain = async ({ orders }: Pick<ResetOrderPorts, 'orders'>, order: Order, context: StepContext): Promise<SnapshotInfo> => {
  const snapshot = await orders.snapshot(order.order_id);
  return context.record(`version-${snapshot.version}`, snapshotInfo(snapshot), {
    title: 'Deliveries saved again',
    message: `The order had moved on; saved again at version ${snapshot.version}.`,
    extra_data: snapshot,
  });
};
