import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import type { EntryDocument } from './entry-document.js';
import type { SagaDocument } from './saga-document.js';

/** The version of what a caller sees of a saga. */
export interface SagaVersion {
  /** A text that differs whenever there is something new to see. */
  mark: string;
  /** Whether the saga does not continue on its own: it ended, stopped or waits for approval. */
  rests: boolean;
}

const ofSaga = { phase: 1, status: 1, settled_epoch: 1 } as const;

/** Returns the version of a saga, given the number of entries in its journal. */
export const sagaVersionOf = ({ phase, status, settled_epoch }: Pick<SagaDocument, keyof typeof ofSaga>, entries: number): SagaVersion => ({
  mark: `${phase}.${status}.${settled_epoch}.${entries}`,
  rests: phase === 'ended' || phase === 'stopped' || phase === 'awaiting_approval',
});

/** Reads the versions of many sagas at once, for callers that wait for them. */
export interface SagaVersionRepository {
  /**
   * Returns the version of each saga. `tenantIds` are the tenants of the sagas, for the router of a sharded cluster.
   * With `withoutEntries`, the journal is not read. Then the mark does not show new entries, but `rests` is correct.
   */
  sagaVersions(sagaIds: readonly string[], tenantIds: readonly string[], options?: { withoutEntries?: boolean }): Promise<Map<string, SagaVersion>>;
}

/** Only fields of the index, so that MongoDB reads no document. */
const ofJournal = { _id: 0, saga_id: 1, 'journal.seq': 1 } as const;

export const sagaVersionRepository = ({ connection }: Store): SagaVersionRepository => ({
  sagaVersions: (sagaIds, tenantIds, { withoutEntries = false } = {}) =>
    withStoreErrors(async () => {
      const ids = [...sagaIds];
      // The journal is read first. In the other order, a write between the two reads would never be noticed.
      const entries = withoutEntries ? [] : await rawCollection<EntryDocument>(connection, collections.logs).find({ saga_id: { $in: ids } }, { projection: ofJournal }).toArray();
      const sagas = await rawCollection<SagaDocument>(connection, collections.sagas).find({ _id: { $in: ids }, tenant_id: { $in: [...tenantIds] } }, { projection: ofSaga }).toArray();
      const written = new Map<string, number>();
      for (const { saga_id } of entries) written.set(saga_id, (written.get(saga_id) ?? 0) + 1);
      return new Map(sagas.map((saga) => [saga._id, sagaVersionOf(saga, written.get(saga._id) ?? 0)]));
    }),
});
