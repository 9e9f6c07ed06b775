import type { CompensatableStep } from '@crossroads/saga';
import { done, NonRetryableError } from '@crossroads/saga';
import type { SnapshotInfo } from '../order.js';
import { inWords } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { ResetOrderPorts } from '../ports.js';
import type { RecoverRequest } from '../recover-request.js';

interface Input {
  request: RecoverRequest;
}

interface Output {
  /** What the reset cleared. */
  lost: SnapshotInfo;
}

/** Finds in the audit log what the reset cleared. */
export const findSnapshot = ({ auditLog }: Pick<ResetOrderPorts, 'auditLog'>): CompensatableStep<Input, Output> => ({
  name: 'find-snapshot',
  title: 'Snapshot of the reset found',
  status: { done: 'origin_mapped', rejected: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ request: { recovers } }) {
    const lost = await auditLog.cleared(recovers.saga_id);
    if (lost === undefined) throw new NonRetryableError('recover.nothing_cleared', `Saga ${recovers.saga_id} cleared nothing, so there is nothing to put back.`);
    if (lost === 'restored') throw new NonRetryableError('recover.already_restored', `What saga ${recovers.saga_id} cleared was put back when it was undone.`);
    return done({ lost }, { message: `${inWords(lost.bols, lost.executed_drops)}, asked for by ${recovers.by}: ${recovers.reason}` });
  },

  async undo() {},
});
