import type { Log } from '@crossroads/platform';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { enqueueOrLog } from '@crossroads/saga-bullmq';
import type { SagaDocument } from '@crossroads/store';

export type Enqueue = (saga: Pick<SagaDocument, '_id' | 'correlation_id' | 'type' | 'tenant_id' | 'epoch'>) => void;

/**
 * Enqueues a saga that an operator has made due.
 * The due time makes the job id unique: BullMQ ignores a job whose id it knows, and a job of this epoch may be finished.
 */
export const enqueueWith =
  (queue: Pick<SagaQueue, 'enqueue'>, log: Log): Enqueue =>
  ({ _id, correlation_id, type, tenant_id, epoch }) =>
    enqueueOrLog(queue, log, { sagaId: _id, correlationId: correlation_id, type, tenantId: tenant_id, epoch, due: new Date() });
