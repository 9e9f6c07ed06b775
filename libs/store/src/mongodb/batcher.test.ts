import { afterEach, expect, jest, test } from '@jest/globals';
import { Batcher } from './batcher.js';

const megabyte = 1024 * 1024;

/** A batcher of numbers. A number has as many bytes as its value. Each batch finishes when the test calls `back`. */
const fixture = () => {
  const groups: number[][] = [];
  const backs: (() => void)[] = [];
  const late: number[] = [];
  const clock = { now: 0 };
  const send = (group: number[]) => new Promise<void>((back) => void (groups.push(group), backs.push(back)));
  const batcher = new Batcher<number>({ send, late: (item) => void late.push(item), bytes: (item) => item }, () => clock.now);
  return { groups, late, clock, back: (index: number) => backs[index]!(), join: (...items: number[]) => items.map((item) => batcher.join(item)) };
};

const aTick = () => new Promise((resolve) => setImmediate(resolve));

test('items of one tick are one batch', async () => {
  const { groups, join } = fixture();
  join(1, 1, 1);
  await aTick();
  expect(groups).toEqual([[1, 1, 1]]);
});

test('while few items are in flight, new items are sent at once', async () => {
  const { groups, join } = fixture();
  for (const item of [1, 2, 3]) {
    join(item);
    await aTick();
  }
  expect(groups).toEqual([[1], [2], [3]]);
});

test('while many items are in flight, new items wait and are sent as one batch', async () => {
  const { groups, back, join } = fixture();
  join(...Array.from({ length: 20 }, () => 1));
  await aTick();
  join(1, 1);
  await aTick();
  join(1);
  await aTick();
  expect(groups).toHaveLength(1);
  back(0);
  await aTick();
  expect(groups.slice(1)).toEqual([[1, 1, 1]]);
});

test('a batch has at most 500 items', async () => {
  const { groups, back, join } = fixture();
  join(...Array.from({ length: 600 }, () => 1));
  await aTick();
  back(0);
  await aTick();
  expect(groups.map((group) => group.length)).toEqual([500, 100]);
});

test('a batch has at most 8 MB, and a larger item is a batch of its own', async () => {
  const { groups, back, join } = fixture();
  join(5 * megabyte, 3 * megabyte, 1, 15 * megabyte, 1);
  for (let round = 0; round < 4; round++) {
    await aTick();
    if (groups[round]) back(round);
  }
  await aTick();
  expect(groups).toEqual([[5 * megabyte, 3 * megabyte], [1], [15 * megabyte], [1]]);
});

test('at most 10,000 items wait', async () => {
  const { back, join } = fixture();
  const taken = join(...Array.from({ length: 10_001 }, () => 1));
  expect([taken.filter(Boolean).length, taken.at(-1)]).toEqual([10_000, false]);
  await aTick();
  back(0);
  expect(join(1)).toEqual([true]);
});

test('at most 64 MB wait', () => {
  const { join } = fixture();
  expect(join(...Array.from({ length: 5 }, () => 15 * megabyte))).toEqual([true, true, true, true, false]);
});

test('an item that waited too long is not sent, and makes room for others', async () => {
  const { groups, late, clock, back, join } = fixture();
  join(...Array.from({ length: 20 }, () => 1));
  await aTick();
  join(2, 3);
  clock.now = 6_000;
  join(4);
  clock.now = 13_000;
  back(0);
  await aTick();
  expect([late, groups.slice(1)]).toEqual([[2, 3], [[4]]]);
});

afterEach(() => void jest.useRealTimers());

test('an item that waited too long is reported, although no batch in flight finishes', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
  const { late, clock, join } = fixture();
  join(...Array.from({ length: 20 }, () => 1));
  await aTick();
  join(2, 3);
  clock.now = 13_000;
  jest.advanceTimersByTime(1_000);
  expect(late).toEqual([2, 3]);
});
