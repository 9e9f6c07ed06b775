import type { Entry, Journal } from '@crossroads/saga';
import type { Reach } from './reach.js';
import { atOnce } from './reach.js';

/** A journal in memory, with the store's one rule: the first entry under a key stands. */
export interface MemoryJournal extends Journal<unknown> {
  entries: Entry[];
  /** Hears of every entry that was not there before, when it lands. */
  onEntry: (entry: Entry) => void;
}

export const memoryJournal = (reach: Reach = atOnce): MemoryJournal => {
  const entries: Entry[] = [];
  const sagaVersion = (key: string) => entries.find((entry) => entry.key === key);
  const journal: MemoryJournal = {
    entries,
    onEntry: () => undefined,
    read: (sagaId) => reach.read('journal.read', () => entries.filter((entry) => entry.sagaId === sagaId).toSorted((a, b) => a.epoch - b.epoch || a.seq - b.seq)),
    async write(entry) {
      const inserted = await reach.write(`journal.write:${entry.step.name}:${entry.step.direction}:${entry.step.outcome}`, () => {
        if (sagaVersion(entry.key)) return false;
        entries.push(entry);
        journal.onEntry(entry);
        return true;
      });
      return inserted ? entry : reach.read('journal.standing', () => sagaVersion(entry.key)!);
    },
  };
  return journal;
};
