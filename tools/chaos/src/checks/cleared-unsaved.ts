import type { EntrySeen } from '../evidence.js';

/** The clear that one saga's journal records. */
export interface Cleared {
  sagaId: string;
  orderId: string | null;
  /** Version of the order when it was cleared. */
  version: number;
  at: number;
  /** Whether the deliveries were restored. */
  restored: boolean;
}

export const clearedBy = (journal: readonly EntrySeen[]): Cleared | undefined => {
  const done = (direction: string) => journal.find((entry) => entry.step === 'clear-deliveries' && entry.direction === direction && entry.outcome === 'done');
  const run = done('run');
  if (run?.clearedVersion === undefined) return undefined;
  return { sagaId: run.sagaId, orderId: run.orderId, version: run.clearedVersion, at: run.at, restored: done('undo') !== undefined };
};

/** Describes what is wrong in one saga's journal: torn snapshots, and a clear without its snapshot or before it. */
export const clearedUnsaved = (journal: readonly EntrySeen[]): string[] => {
  const torn = journal.filter(({ snapshot }) => snapshot && !snapshot.intact).map(({ snapshot }) => `the snapshot of version ${snapshot!.version} does not match its stored digest`);
  const cleared = clearedBy(journal);
  if (!cleared) return torn;
  const saved = journal.find(({ snapshot }) => snapshot?.version === cleared.version);
  const where = `order ${cleared.orderId} at version ${cleared.version}`;
  if (!saved) return [...torn, `cleared ${where}, but the log has no snapshot of that version`];
  return saved.at > cleared.at ? [...torn, `cleared ${where} before its snapshot was saved`] : torn;
};
