import type { LogEntry } from '@crossroads/store';

/** A snapshot in a log entry. */
export interface SavedSnapshot {
  version: number;
  progression_state: string;
  bols: unknown[];
  executed_drops: unknown[];
  sha256: string;
  at: Date;
  seq: number;
}

/** Returns the snapshots in a saga's log, newest first. There are several if the order was changed while the saga ran. */
export const snapshotsIn = (entries: readonly LogEntry[]): SavedSnapshot[] =>
  entries
    .flatMap(({ extra_data, date, journal }) => {
      const saved = extra_data as Partial<SavedSnapshot> | undefined;
      if (!Array.isArray(saved?.bols) || !Array.isArray(saved.executed_drops)) return [];
      return [{ ...(saved as SavedSnapshot), at: date, seq: journal.seq }];
    })
    .reverse();
