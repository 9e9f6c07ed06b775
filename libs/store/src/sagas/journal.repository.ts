import type { AuditLog, Snapshot, SnapshotInfo } from '@crossroads/order-reset';
import { clearDeliveriesStep } from '@crossroads/order-reset';
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

/** Stores the journal as log entries. See log-entry.ts for what an entry leaves out. */
export const journalRepository = (store: Store): Journal<SagaMetadata> => {
  const { connection, commit } = store;
  const logs = () => rawCollection<EntryDocument>(connection, collections.logs);
  return {
    read: (sagaId) =>
      withStoreErrors(async () => {
        const documents = await logs()
          .find({ saga_id: sagaId }, { projection: { extra_data: 0, outbound_request: 0, routing: 0, metadata: 0 }, ...newestCommitted(store) })
          .sort({ 'journal.epoch': 1, 'journal.seq': 1 })
          .toArray();
        return documents.map(toEntry);
      }),

    async write(entry, metadata, state) {
      if (await commit.insert(collections.logs, toDocument(entry, metadata, state), bytesIn(entry))) return entry;
      return withStoreErrors(async () => toEntry(await storedEntry(entry)));
    },
  };

  async function storedEntry({ sagaId, key }: Entry): Promise<EntryDocument> {
    const document = await logs().findOne({ _id: entryId(sagaId, key), saga_id: sagaId }, newestCommitted(store));
    // Happens only where reads lag behind writes. The next attempt finds the entry.
    if (!document) throw new StoreUnavailable(`The journal entry ${key} exists, but MongoDB did not return it yet`);
    return document;
  }
};

/** Bytes allowed for an entry without its snapshot. No entry has needed more. */
const aroundSnapshot = 4_096;

/** Returns the size of an entry with a snapshot, and undefined for any other: only a snapshot can be large. */
const bytesIn = ({ detail: { extra_data } }: Entry): number | undefined =>
  extra_data && ('bols' in extra_data || 'executed_drops' in extra_data) ? aroundSnapshot + snapshotBytes(extra_data) : undefined;

/** Matches entries that record what a saga cleared or restored. */
export const clearedEntries = { 'step.name': clearDeliveriesStep, 'step.outcome': { $in: ['done', 'terminated', 'recorded'] as EntryDocument['step']['outcome'][] } };

/** Reads snapshots from the log without loss. */
export const auditLogRepository = ({ connection }: Store): AuditLog => ({
  cleared: (sagaId) =>
    withStoreErrors(async () => {
      const finalOutcomes = await rawCollection<EntryDocument>(connection, collections.logs)
        .find({ saga_id: sagaId, ...clearedEntries }, { projection: { step: 1, 'journal.output': 1 } })
        .toArray();
      // The undo's entry records whether it restored anything. By the destination's policy the order may stay cleared.
      if (finalOutcomes.some(({ step, journal }) => step.direction === 'undo' && (journal.output as { restored?: boolean } | undefined)?.restored)) return 'restored';
      // An operator may terminate the saga before the clear has its own entry. Then the operator's entry records what was cleared.
      return finalOutcomes.flatMap(({ journal }) => (journal.output as { cleared?: SnapshotInfo } | undefined)?.cleared ?? [])[0];
    }),

  snapshot: (sagaId, version) =>
    withStoreErrors(async () => {
      const document = await rawCollection<{ extra_data: Snapshot }>(connection, collections.logs).findOne(
        { saga_id: sagaId, 'extra_data.version': version } as object,
        { ...losslessBson, projection: { extra_data: 1 } },
      );
      if (!document) throw new Error(`The audit log has no snapshot of order version ${version} from saga ${sagaId}.`);
      const { version: at, ...snapshot } = document.extra_data;
      return { ...snapshot, version: Number(at) };
    }),
});
