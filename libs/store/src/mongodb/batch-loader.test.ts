import { expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import { BatchLoader } from './batch-loader.js';

const outcomes = async (read: BatchLoader<number, string>, keys: number[]) =>
  (await Promise.allSettled(keys.map((key) => read.get(key)))).map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as Error).message));

test('a key that cannot be read fails alone, and is found without reading each key separately', async () => {
  let loads = 0;
  const read = new BatchLoader<number, string>(async (keys) => {
    loads++;
    if (keys.includes(17)) throw new Error('odd one');
    return new Map(keys.map((key) => [key, `value ${key}`]));
  });
  const keys = Array.from({ length: 64 }, (_, key) => key);
  expect(await outcomes(read, keys)).toEqual(keys.map((key) => (key === 17 ? 'odd one' : `value ${key}`)));
  expect(loads).toBeLessThan(20);
});

test('while the database is unavailable, no half is read again', async () => {
  let loads = 0;
  const read = new BatchLoader<number, string>(async () => {
    loads++;
    throw new StoreUnavailable('away');
  });
  expect(await outcomes(read, [1, 2, 3])).toEqual(['away', 'away', 'away']);
  expect(loads).toBe(1);
});
