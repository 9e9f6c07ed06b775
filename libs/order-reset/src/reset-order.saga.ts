import type { SagaType } from '@crossroads/saga';
import { saga } from '@crossroads/saga';
import type { ResetOrderPorts } from './ports.js';
import type { ResetRequest } from './reset-request.js';
import { resetRequest } from './reset-request.js';
import { clearDeliveries } from './steps/clear-deliveries.step.js';
import { dispatchReset } from './steps/dispatch-reset.step.js';
import { resetProgression } from './steps/reset-progression.step.js';
import { resolveOrder } from './steps/resolve-order.step.js';
import { snapshotOrder } from './steps/snapshot-order.step.js';

/** Stored with every new saga. See docs/extending.md for when to raise it. */
export const resetOrderVersion = 1;

/** Resets an order. Until the destination has accepted the reset, every step can be compensated. */
export const resetOrder = (ports: ResetOrderPorts): SagaType<ResetRequest> =>
  saga('reset_order', resetRequest, resetOrderVersion)
    .compensatable(resolveOrder(ports))
    .compensatable(snapshotOrder(ports))
    .compensatable(clearDeliveries(ports))
    .compensatable(resetProgression(ports))
    .pivot(dispatchReset(ports));

/** Steps at which a reset may still be canceled. After the last of them the order is cleared. */
export const cancelableSteps = ['resolve-order', 'snapshot-order', 'clear-deliveries'] as const;
