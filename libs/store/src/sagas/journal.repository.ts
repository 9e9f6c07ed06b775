import type { AuditLog, LogSubject, Snapshot, SnapshotInfo } from '@crossroads/order-reset';
import type { Entry, Journal } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';
import { collections, rawCollection } from '../mongodb/collections.js';
import type { EntryDocument } from './entry-document.js';
import { entryId, toDocument, toEntry } from './entry-document.js';
import { losslessBson, snapshotBytes } from '../mongodb/lossless-bson.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaMetadata } from './saga-document.js';
import { newestCommitted } from '../mongodb/trusted-reads.js';
import { withStoreErrors } from '../mongodb/store-errors.js';

/** What an entry says of its subject, given the saga's request and the state its steps have gathered. */
export type SubjectOf = (metadata: SagaMetadata, state: object) => LogSubject;

/** The journal, kept as CrossroadsLogV2 entries. */
export const journalRepository = (store: Store, subjectOf: SubjectOf): Journal<SagaMetadata> => {
  const { connection, commit } = store;
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  return {
    read: (sagaId) =>
      withStoreErrors(async () => {
        const documents = await logs()
          .find({ saga_id: sagaId }, { projection: { extra_data: 0, outbound_request: 0, inbound_request: 0 }, ...newestCommitted(store) })
          .sort({ 'journal.epoch': 1, 'journal.seq': 1 })
          .toArray();
        return documents.map(toEntry);
      }),

    async write(entry, metadata, state) {
      if (await commit.insert(collections.logs, toDocument(entry, metadata, subjectOf(metadata, state)), bytesIn(entry))) return entry;
      return withStoreErrors(async () => toEntry(await sagaVersion(entry)));
    },
  };

  async function sagaVersion({ sagaId, key }: Entry): Promise<EntryDocument> {
    const document = await logs().findOne({ _id: entryId(sagaId, key), saga_id: sagaId }, newestCommitted(store));
    // Seen only where reads may lag behind writes; the next attempt finds it.
    if (!document) throw new StoreUnavailable(`Entry ${key} is known to exist but cannot be read yet`);
    return document;
  }
};

/** Bytes an entry has besides its snapshot, more than any has had. */
const aroundSnapshot = 4_096;

/** Only a snapshot can be large; of an ordinary entry nothing is said. */
const bytesIn = ({ detail: { extra_data } }: Entry): number | undefined =>
  extra_data && ('bols' in extra_data || 'executed_drops' in extra_data) ? aroundSnapshot + snapshotBytes(extra_data) : undefined;

/** Reads snapshots back out of the log, value for value. */
export const auditLogRepository = ({ connection }: Store): AuditLog => ({
  cleared: (sagaId) =>
    withStoreErrors(async () => {
      const finalOutcomes = await rawCollection<EntryDocument>(connection, collections.logs)
        .find({ saga_id: sagaId, 'step.name': 'clear-deliveries', 'step.outcome': { $in: ['done', 'terminated', 'recorded'] } }, { projection: { step: 1, 'journal.output': 1 } })
        .toArray();
      // The undo's entry says what it did: where the order was to stay cleared, nothing was put back.
      if (finalOutcomes.some(({ step, journal }) => step.direction === 'undo' && (journal.output as { restored?: boolean } | undefined)?.restored)) return 'restored';
      // An operator may have ended the saga before the clear had an entry of its own; then the operator's says what was cleared.
      return finalOutcomes.flatMap(({ journal }) => (journal.output as { cleared?: SnapshotInfo } | undefined)?.cleared ?? [])[0];
    }),

  snapshot: (sagaId, version) =>
    withStoreErrors(async () => {
      const document = await rawCollection<{ extra_data: Snapshot }>(connection, collections.logs).findOne(
        { saga_id: sagaId, 'extra_data.version': version } as object,
        { ...losslessBson, projection: { extra_data: 1 } },
      );
      if (!document) throw new Error(`The log holds no snapshot of version ${version} for saga ${sagaId}.`);
      const { version: at, ...snapshot } = document.extra_data;
      return { ...snapshot, version: Number(at) };
    }),
});
