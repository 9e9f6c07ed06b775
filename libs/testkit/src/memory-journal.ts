import type { Entry, Journal } from '@crossroads/saga';

/** A journal in memory, with the store's one rule: the first entry under a key stands. */
export interface MemoryJournal extends Journal<unknown> {
  entries: Entry[];
}

export const memoryJournal = (): MemoryJournal => {
  const entries: Entry[] = [];
  return {
    entries,
    read: async (sagaId) => entries.filter((entry) => entry.sagaId === sagaId).toSorted((a, b) => a.seq - b.seq),
    async write(entry) {
      const earlier = entries.find(({ key }) => key === entry.key);
      if (!earlier) entries.push(entry);
      return earlier ?? entry;
    },
  };
};
