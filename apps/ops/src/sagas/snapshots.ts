import type { EntryDocument } from '@crossroads/store';

/** What was saved before it was cleared, as the log holds it. */
export interface SavedSnapshot {
  version: number;
  progression_state: string;
  bols: unknown[];
  executed_drops: unknown[];
  sha256: string;
  at: Date;
  seq: number;
}

/** The snapshots in a saga's log, newest first: there are several when the order moved on under the saga. */
export const snapshotsIn = (entries: readonly EntryDocument[]): SavedSnapshot[] =>
  entries
    .flatMap(({ extra_data, date, journal }) => {
      const saved = extra_data as Partial<SavedSnapshot> | undefined;
      if (!Array.isArray(saved?.bols) || !Array.isArray(saved.executed_drops)) return [];
      return [{ ...(saved as SavedSnapshot), at: date, seq: journal.seq }];
    })
    .reverse();
