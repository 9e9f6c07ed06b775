import { collections, rawCollection } from '../mongodb/collections.js';
import type { EntryDocument } from './entry-document.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** How far a saga has come, in as few words as tell that it has moved. */
export interface SagaVersion {
  /** Another text whenever there is something new to see. */
  mark: string;
  /** Whether it moves no further by itself: ended, stopped, or waiting for a word from outside. */
  rests: boolean;
}

const ofSaga = { phase: 1, status: 1, settled_epoch: 1 } as const;

/** The standing of a saga that has been read, with as many entries in its journal. */
export const sagaVersionOf = ({ phase, status, settled_epoch }: Pick<SagaDocument, keyof typeof ofSaga>, entries: number): SagaVersion => ({
  mark: `${phase}.${status}.${settled_epoch}.${entries}`,
  rests: phase === 'ended' || phase === 'stopped' || phase === 'awaiting_approval',
});

/** Looks at many sagas at once, for those who wait for them. */
export interface SagaVersionRepository {
  /** `tenantIds`: whose sagas they are. */
  sagaVersions(sagaIds: readonly string[], tenantIds: readonly string[]): Promise<Map<string, SagaVersion>>;
}

/** Answered from the index alone. */
const ofJournal = { _id: 0, saga_id: 1, 'journal.seq': 1 } as const;

export const sagaVersionRepository = ({ connection }: Store): SagaVersionRepository => ({
  sagaVersions: (sagaIds, tenantIds) =>
    withStoreErrors(async () => {
      const ids = [...sagaIds];
      // The journal first: what is written between the two reads is then seen at the next look and not missed for good.
      const lines = await rawCollection<EntryDocument>(connection, collections.logs).find({ saga_id: { $in: ids } }, { projection: ofJournal }).toArray();
      const sagas = await rawCollection<SagaDocument>(connection, collections.sagas).find({ _id: { $in: ids }, tenant_id: { $in: [...tenantIds] } }, { projection: ofSaga }).toArray();
      const written = new Map<string, number>();
      for (const { saga_id } of lines) written.set(saga_id, (written.get(saga_id) ?? 0) + 1);
      return new Map(sagas.map((saga) => [saga._id, sagaVersionOf(saga, written.get(saga._id) ?? 0)]));
    }),
});
