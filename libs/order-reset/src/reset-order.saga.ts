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

/** Stamped on every new saga; docs/extending.md says when to raise it. */
export const resetOrderVersion = 1;

/** Takes an order back to the start. Until the destination has taken the reset every step can be undone. */
export const resetOrder = (ports: ResetOrderPorts): SagaType<ResetRequest> =>
  saga('reset_order', resetRequest, resetOrderVersion)
    .compensatable(resolveOrder(ports))
    .compensatable(snapshotOrder(ports))
    .compensatable(clearDeliveries(ports))
    .compensatable(resetProgression(ports))
    .pivot(dispatchReset(ports));

/** Steps at which a reset may still be called off: behind the last of them something has been cleared. */
export const cancelableSteps = ['resolve-order', 'snapshot-order', 'clear-deliveries'] as const;
