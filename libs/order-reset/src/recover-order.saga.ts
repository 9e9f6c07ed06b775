import type { SagaType } from '@crossroads/saga';
import { saga } from '@crossroads/saga';
import type { ResetOrderPorts } from './ports.js';
import type { RecoverRequest } from './recover-request.js';
import { recoverRequest } from './recover-request.js';
import { findSnapshot } from './steps/find-snapshot.step.js';
import { resolveOrder } from './steps/resolve-order.step.js';
import { restoreOrder } from './steps/restore-order.step.js';
import { snapshotOrder } from './steps/snapshot-order.step.js';

/** Stored with every new saga. See docs/extending.md for when to raise it. */
export const recoverOrderVersion = 1;

/** Restores what a reset cleared. The current data of the order is saved first, so that a recovery can be recovered from. */
export const recoverOrder = (ports: Pick<ResetOrderPorts, 'orders' | 'auditLog' | 'orderQueue'>): SagaType<RecoverRequest> =>
  saga('recover_order', recoverRequest, recoverOrderVersion)
    .compensatable(resolveOrder({ ...ports, destinations: noDestination }))
    .compensatable(findSnapshot(ports))
    .compensatable(snapshotOrder(ports))
    .pivot(restoreOrder(ports));

/** A recovery sends nothing, so the destination need not exist any more. */
const noDestination = { check: async () => ({ on_rejection: 'restore' }) as const };
