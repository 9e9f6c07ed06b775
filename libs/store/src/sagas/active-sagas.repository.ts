import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** How many sagas a tenant has under way. */
export interface ActiveSagas {
  /** Those that are neither over nor stopped and have an id before this one; counts no further than `most`. */
  count(tenantId: string, range: { before: string; most: number }): Promise<number>;
}

export const activeSagas = ({ connection }: Store): ActiveSagas => ({
  count: (tenantId, { before, most }) =>
    withStoreErrors(() =>
      rawCollection<SagaDocument>(connection, collections.sagas).countDocuments({ tenant_id: tenantId, _id: { $lt: before }, next_run_at: { $exists: true } }, { limit: most, hint: 'under_way' }),
    ),
});
