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
  /** The last line of those that were deleted by `remove`, and when. */
  removed: Removal | undefined;
  /** The first line that does not fit, as a sentence. Undefined when every line fits. */
  problem: string | undefined;
  /** True when every line fits, but the expected line was removed, so its hash cannot be compared. */
  isExpectedRemoved: boolean;
}

export type Removal = LineName & { at: Date };

export interface AuditMaintenance {
  /** Reads the whole chain. `expected` is a line that an earlier verification returned. The chain must still contain it, or begin directly after it. */
  verify(expected?: LineName): Promise<AuditVerification>;
  /** Deletes the lines from before the date. A new line records the last deleted one, so the rest of the chain can still be verified. Returns their number. */
  remove(before: Date): Promise<number>;
}

/** Number of lines that one request deletes. */
const batchSize = 1_000;

/** Action of the line that records a removal. */
export const removalAction = 'audit removal';

/** Verifies the chain of the audit log, and shortens it. */
export const auditMaintenance = (store: Store): AuditMaintenance => {
  const lines = () => rawCollection<AuditDocument>(store.connection, collections.audit);

  const newestRemoval = async (): Promise<Removal | undefined> => {
    const line = await withStoreErrors(() => lines().findOne({ action: removalAction }, { sort: { seq: -1 } }));
    const removed = (line?.detail as { removed?: LineName } | undefined)?.removed;
    // A record cannot cover its own line. Such a record was forged, and it would hide itself.
    return line && removed && removed.seq < line.seq ? { seq: removed.seq, hash: removed.hash, at: line.at } : undefined;
  };

  /** Deletes the lines in their order. The lines that an interruption leaves then still lead to the recorded line without a gap. */
  const deleteUpTo = async (seq: number): Promise<number> => {
    let deleted = 0;
    for (;;) {
      const batch = await lines().find({ seq: { $lte: seq } }, { projection: { _id: 1 } }).sort({ seq: 1 }).limit(batchSize).toArray();
      if (batch.length === 0) return deleted;
      deleted += (await lines().bulkWrite(batch.map(({ _id }) => ({ deleteOne: { filter: { _id } } })), { ordered: true })).deletedCount;
    }
  };

  return {
    async verify(expected) {
      const removed = await newestRemoval();
      let last: LineName = removed ?? { seq: 0, hash: firstPrevious };
      let first: number | undefined;
      let count = 0;
      let hasExpected = expected === undefined || isSame(expected, last);
      const wasRemoved = () => !hasExpected && removed !== undefined && expected!.seq < Math.min(first ?? Infinity, removed.seq);
      const result = (problem?: string): AuditVerification => ({
        lines: count,
        last: count > 0 ? last : undefined,
        removed,
        problem,
        isExpectedRemoved: problem === undefined && wasRemoved(),
      });
      const chain = lines().find({}).sort({ seq: 1 });
      try {
        for await (const line of chain) {
          if (first === undefined) {
            first = line.seq;
            // An interrupted removal leaves the last of its lines. They must lead to the line that it recorded.
            if (removed && line.seq <= removed.seq) last = { seq: line.seq - 1, hash: line.previous };
          }
          const problem = (removed && strayProblem(line, last, removed)) ?? problemOf(line, last);
          if (problem !== undefined) return result(problem);
          last = { seq: line.seq, hash: line.hash };
          count += 1;
          hasExpected ||= isSame(expected!, last);
        }
      } finally {
        await chain.close();
      }
      if (hasExpected || wasRemoved()) return result();
      return result(`Line ${expected!.seq} with the expected hash is missing. The newest lines were removed, or the whole chain was replaced.`);
    },

    async remove(before) {
      const kept = await withStoreErrors(() => lines().findOne({ at: { $gte: before } }, { sort: { seq: 1 }, projection: { seq: 1 } }));
      const removed = await withStoreErrors(() => lines().findOne(kept ? { seq: { $lt: kept.seq } } : {}, { sort: { seq: -1 }, projection: { seq: 1, hash: 1 } }));
      if (!removed) return 0;
      const record = { ...administrator(), action: removalAction, detail: { before, removed: { seq: removed.seq, hash: removed.hash } } };
      return recordAction(
        auditRepository(store),
        record,
        () => withStoreErrors(() => deleteUpTo(removed.seq)),
        (deleted) => ({ outcome: 'done', detail: { lines: deleted } }),
      );
    },
  };
};

const isSame = (a: LineName, b: LineName): boolean => a.seq === b.seq && a.hash === b.hash;

/** Returns why a line in the range of the removal cannot be a line that the removal left, or undefined. */
const strayProblem = (line: AuditDocument, last: LineName, removed: LineName): string | undefined => {
  if (last.seq < removed.seq && line.seq > last.seq + 1) return `Line ${last.seq} does not lead to line ${removed.seq}, the last removed one: it was inserted.`;
  if (line.seq === removed.seq && line.hash === hashOf(line) && line.hash !== removed.hash) return `Line ${line.seq} (${String(line._id)}) is not the line that was removed: it was inserted.`;
  return undefined;
};

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
