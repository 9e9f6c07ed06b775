import type { Entry, Journal } from '@crossroads/saga';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

/** A journal in memory. As in the store, the first entry with a key wins. */
export interface MemoryJournal extends Journal<unknown> {
  entries: Entry[];
  /** Called for each new entry, when it is stored. */
  onEntry: (entry: Entry) => void;
}

export const memoryJournal = (reach: Reach = immediate): MemoryJournal => {
  const entries: Entry[] = [];
  const existing = (key: string) => entries.find((entry) => entry.key === key);
  const journal: MemoryJournal = {
    entries,
    onEntry: () => undefined,
    read: (sagaId) => reach.read('journal.read', () => entries.filter((entry) => entry.sagaId === sagaId).toSorted((a, b) => a.epoch - b.epoch || a.seq - b.seq)),
    async write(entry) {
      const inserted = await reach.write(`journal.write:${entry.step.name}:${entry.step.direction}:${entry.step.outcome}`, () => {
        if (existing(entry.key)) return false;
        entries.push(entry);
        journal.onEntry(entry);
        return true;
      });
      return inserted ? entry : reach.read('journal.existing', () => existing(entry.key)!);
    },
  };
  return journal;
};
