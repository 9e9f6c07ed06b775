import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { SagaDocument } from '@crossroads/store';

export type Enqueue = (saga: Pick<SagaDocument, '_id' | 'correlation_id' | 'type' | 'tenant_id' | 'epoch'>) => void;

/** Rings for a saga that an operator has made due: a bell of its own, since a bell of this epoch may have been answered before. Best effort: what a command did stands, and a sweep finds whoever was not heard. */
export const enqueueWith =
  (queue: Pick<SagaQueue, 'enqueue'>, log: Log): Enqueue =>
  ({ _id, correlation_id, type, tenant_id, epoch }) => {
    queue
      .enqueue({ sagaId: _id, correlationId: correlation_id, type, tenantId: tenant_id, epoch, due: new Date() })
      .catch((error: unknown) => log.warn('the bell may not have rung; a sweep will', { saga_id: _id, error }));
  };
