import { collections, rawCollection } from './collections.js';
import type { Store } from './open-store.js';
import type { SagaDocument } from './saga-document.js';
import { reaching } from './unavailable.js';

/** A saga whose bell should have been heard by now. */
export interface Unheard {
  sagaId: string;
  correlationId: string;
  type: string;
  epoch: number;
}

export interface SweepRepository {
  /** Sagas that are due, longest due first. */
  due(limit: number): Promise<Unheard[]>;
}

export const sweepRepository = ({ connection }: Store): SweepRepository => ({
  due: (limit) =>
    reaching(async () => {
      const sagas = await rawCollection<SagaDocument>(connection, collections.sagas)
        .find(
          { next_run_at: { $exists: true }, $expr: { $lte: ['$next_run_at', '$$NOW'] } },
          { projection: { correlation_id: 1, type: 1, epoch: 1 }, sort: { next_run_at: 1 }, limit },
        )
        .toArray();
      return sagas.map(({ _id, correlation_id, type, epoch }) => ({ sagaId: _id, correlationId: correlation_id, type, epoch }));
    }),
});
