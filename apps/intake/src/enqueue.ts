import type { Log } from '@crossroads/platform';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { enqueueOrLog } from '@crossroads/saga-bullmq';

interface EnqueuedSaga {
  saga_id: string;
  correlation_id: string;
  type: string;
  tenant_id: string;
  epoch: number;
}

export type Enqueue = (saga: EnqueuedSaga) => void;

/** Returns a function that enqueues an accepted saga. */
export const createEnqueue =
  (queue: Pick<SagaQueue, 'enqueue'>, log: Pick<Log, 'warn'>): Enqueue =>
  ({ saga_id, correlation_id, type, tenant_id, epoch }) =>
    enqueueOrLog(queue, log, { sagaId: saga_id, correlationId: correlation_id, type, tenantId: tenant_id, epoch });
