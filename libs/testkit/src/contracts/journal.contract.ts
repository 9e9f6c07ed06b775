import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Entry, Journal } from '@crossroads/saga';
import { entryKey } from '@crossroads/saga';

/** Creates an entry of a saga's journal. */
export const entryOf = (sagaId: string, seq: number, outcome: Entry['step']['outcome'], rest: Partial<Entry> = {}): Entry => {
  const step = { name: 'clear-deliveries', direction: 'run', outcome, attempt: 1 } as const;
  return { key: entryKey(sagaId, step, rest.epoch ?? 1), sagaId, seq, step, epoch: 1, status: 'origin_mapped', title: 'cleared', retried: false, detail: { message: 'cleared' }, ...rest };
};

/** Tests what the kernel expects of every journal. */
export const journalContract = (name: string, open: () => Promise<{ write(entry: Entry): Promise<Entry>; read: Journal<unknown>['read']; sagaId: string }>): void => {
  describe(`${name} keeps the promises of a journal`, () => {
    let journal: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      journal = await open();
    });

    test('entries are read in their order', async () => {
      const { sagaId } = journal;
      const second = entryOf(sagaId, 2, 'done', { output: { cleared: { version: 7 } } });
      await journal.write(second);
      await journal.write(entryOf(sagaId, 1, 'unavailable', { code: 'order.busy' }));
      const entries = await journal.read(sagaId);
      expect(entries).toEqual([entryOf(sagaId, 1, 'unavailable', { code: 'order.busy' }), second]);
    });

    test('of two final outcomes of one step the first one stays, and the second writer gets it', async () => {
      const { sagaId } = journal;
      const done = entryOf(sagaId, 1, 'done', { output: { by: 'first' } });
      expect(await journal.write(done)).toEqual(done);
      expect(await journal.write(entryOf(sagaId, 1, 'rejected', { epoch: 2, code: 'order.no' }))).toEqual(done);
      expect(await journal.read(sagaId)).toEqual([done]);
    });

    test('attempts of different epochs are all kept', async () => {
      const { sagaId } = journal;
      await journal.write(entryOf(sagaId, 1, 'unavailable'));
      await journal.write(entryOf(sagaId, 2, 'unavailable', { epoch: 2 }));
      expect(await journal.read(sagaId)).toHaveLength(2);
    });

    test('two sagas do not mix', async () => {
      await journal.write(entryOf(journal.sagaId, 1, 'done'));
      expect(await journal.read('01900000-0000-7000-8000-00000000ffff')).toEqual([]);
    });
  });
};
