import type { CompensatableStep } from '@crossroads/saga';
import { done, NonRetryableError } from '@crossroads/saga';
import type { SnapshotInfo } from '../order.js';
import { describeCounts } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';
import type { RecoverRequest } from '../recover-request.js';

interface Input {
  request: RecoverRequest;
}

interface Output {
  /** The data that the reset cleared. */
  lost: SnapshotInfo;
}

/** Finds in the audit log what the reset cleared. */
export const findSnapshot = ({ auditLog }: Pick<ResetOrderPorts, 'auditLog'>): CompensatableStep<Input, Output> => ({
  name: 'find-snapshot',
  title: 'Snapshot of the reset found',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ request: { recovers } }) {
    const lost = await auditLog.cleared(recovers.saga_id);
    if (lost === undefined) throw new NonRetryableError('recover.nothing_cleared', `Saga ${recovers.saga_id} cleared nothing, so there is nothing to restore.`);
    if (lost === 'restored') throw new NonRetryableError('recover.already_restored', `The data that saga ${recovers.saga_id} cleared was already restored by its compensation.`);
    return done({ lost }, { message: `${describeCounts(lost.bols, lost.executed_drops)}, requested by ${recovers.by}: ${recovers.reason}` });
  },

  async undo() {},
});
