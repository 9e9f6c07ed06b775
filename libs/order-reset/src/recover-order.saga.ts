import type { SagaType } from '@crossroads/saga';
import { saga } from '@crossroads/saga';
import type { ResetOrderPorts } from './ports.js';
import type { RecoverRequest } from './recover-request.js';
import { recoverRequest } from './recover-request.js';
import { findSnapshot } from './steps/find-snapshot.step.js';
import { resolveOrder } from './steps/resolve-order.step.js';
import { restoreOrder } from './steps/restore-order.step.js';
import { snapshotOrder } from './steps/snapshot-order.step.js';

/** Stamped on every new saga; docs/extending.md says when to raise it. */
export const recoverOrderVersion = 1;

/** Puts back what a reset cleared. What stands on the order now is saved first, so a recovery can itself be recovered from. */
export const recoverOrder = (ports: Pick<ResetOrderPorts, 'orders' | 'auditLog' | 'line'>): SagaType<RecoverRequest> =>
  saga('recover_order', recoverRequest, recoverOrderVersion)
    .compensatable(resolveOrder({ ...ports, destinations: nobodyToAsk }))
    .compensatable(findSnapshot(ports))
    .compensatable(snapshotOrder(ports))
    .pivot(restoreOrder(ports));

/** A recovery sends nothing, so it goes through whether or not the destination still exists. */
const nobodyToAsk = { check: async () => ({ on_rejection: 'restore' }) as const };
