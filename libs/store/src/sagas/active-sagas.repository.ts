import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { SagaDocument } from './saga-document.js';

/** Counts the active sagas of a tenant, for its quota. */
export interface ActiveSagas {
  /** Counts sagas that neither ended nor stopped and whose id is below `before`. Stops at `most`. */
  count(tenantId: string, range: { before: string; most: number }): Promise<number>;
}

export const activeSagas = ({ connection }: Store): ActiveSagas => ({
  count: (tenantId, { before, most }) =>
    withStoreErrors(() =>
      rawCollection<SagaDocument>(connection, collections.sagas).countDocuments({ tenant_id: tenantId, _id: { $lt: before }, next_run_at: { $exists: true } }, { limit: most, hint: 'under_way' }),
    ),
});
