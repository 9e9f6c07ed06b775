import { collections, rawCollection } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import { withStoreErrors } from '../mongodb/store-errors.js';
import { administrator } from './administrator.js';
import { firstPrevious, hashOf } from './audit-chain.js';
import type { AuditDocument } from './audit.repository.js';
import { auditRepository, recordAction } from './audit.repository.js';

/** A line by its number and hash. */
export interface LineName {
  seq: number;
  hash: string;
}

export interface AuditVerification {
  /** Number of lines that follow each other without a gap. */
  lines: number;
  /** The newest of them. Undefined for an empty log. */
  last: LineName | undefined;
  /** The last line of those that were deleted by `remove`. */
  removed: LineName | undefined;
  /** The first line that does not fit, as a sentence. Undefined when every line fits. */
  problem: string | undefined;
}

export interface AuditMaintenance {
  /** Reads the whole chain. `expected` is a line that an earlier verification returned. The chain must still contain it, or a later removal must cover it. */
  verify(expected?: LineName): Promise<AuditVerification>;
  /** Deletes the lines from before the date. A new line records the last deleted one, so the rest of the chain can still be verified. Returns their number. */
  remove(before: Date): Promise<number>;
}

/** Action of the line that records a removal. */
export const removalAction = 'audit removal';

/** Verifies the chain of the audit log, and shortens it. */
export const auditMaintenance = (store: Store): AuditMaintenance => {
  const lines = () => rawCollection<AuditDocument>(store.connection, collections.audit);

  const newestRemoval = async (): Promise<LineName | undefined> => {
    const line = await withStoreErrors(() => lines().findOne({ action: removalAction }, { sort: { seq: -1 } }));
    const removed = (line?.detail as { removed?: LineName } | undefined)?.removed;
    // A record cannot cover its own line. Such a record was forged, and it would hide itself.
    return line && removed && removed.seq < line.seq ? removed : undefined;
  };

  return {
    async verify(expected) {
      const removed = await newestRemoval();
      let last: LineName = removed ?? { seq: 0, hash: firstPrevious };
      let count = 0;
      let hasExpected = expected === undefined || expected.seq < last.seq || isSame(expected, last);
      const result = (problem?: string): AuditVerification => ({ lines: count, last: count > 0 ? last : undefined, removed, problem });
      // An interrupted removal leaves lines that its record already covers.
      const chain = lines().find({ seq: { $not: { $lte: removed?.seq ?? 0 } } }).sort({ seq: 1 });
      try {
        for await (const line of chain) {
          const problem = problemOf(line, last);
          if (problem !== undefined) return result(problem);
          last = { seq: line.seq, hash: line.hash };
          count += 1;
          hasExpected ||= isSame(expected!, last);
        }
      } finally {
        await chain.close();
      }
      return result(hasExpected ? undefined : `Line ${expected!.seq} with the expected hash is missing. The newest lines were removed, or the whole chain was replaced.`);
    },

    async remove(before) {
      const kept = await withStoreErrors(() => lines().findOne({ at: { $gte: before } }, { sort: { seq: 1 }, projection: { seq: 1 } }));
      const removed = await withStoreErrors(() => lines().findOne(kept ? { seq: { $lt: kept.seq } } : {}, { sort: { seq: -1 }, projection: { seq: 1, hash: 1 } }));
      if (!removed) return 0;
      const record = { ...administrator(), action: removalAction, detail: { before, removed: { seq: removed.seq, hash: removed.hash } } };
      return recordAction(
        auditRepository(store),
        record,
        () => withStoreErrors(async () => (await lines().deleteMany({ seq: { $lte: removed.seq } })).deletedCount),
        (deleted) => ({ outcome: 'done', detail: { lines: deleted } }),
      );
    },
  };
};

const isSame = (a: LineName, b: LineName): boolean => a.seq === b.seq && a.hash === b.hash;

/** Returns why the line does not follow the line before, or undefined. */
const problemOf = (line: AuditDocument, last: LineName): string | undefined => {
  const name = `Line ${line.seq} (${String(line._id)})`;
  if (typeof line.seq !== 'number') return `The line ${String(line._id)} has no number: it was inserted from outside.`;
  if (line.seq <= last.seq) return `${name} has the number of another line: one of them was inserted.`;
  if (line.seq > last.seq + 1) return `Before line ${line.seq}, ${line.seq - last.seq - 1} of the lines from number ${last.seq + 1} are missing: they were removed.`;
  if (line.hash !== hashOf(line)) return `${name} was changed: its content does not match its hash.`;
  if (line.previous !== last.hash) return `${name} does not follow line ${last.seq}: one of the two was changed or replaced.`;
  return undefined;
};
