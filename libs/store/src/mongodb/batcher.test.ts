import { afterEach, expect, jest, test } from '@jest/globals';
import { Batcher } from './batcher.js';

const megabyte = 1024 * 1024;

/** Groups of numbers on their way; a number has as many bytes as it says. Each group comes back when it is told to. */
const road = () => {
  const groups: number[][] = [];
  const backs: (() => void)[] = [];
  const late: number[] = [];
  const clock = { now: 0 };
  const send = (group: number[]) => new Promise<void>((back) => void (groups.push(group), backs.push(back)));
  const batcher = new Batcher<number>({ send, late: (item) => void late.push(item), bytes: (item) => item }, () => clock.now);
  return { groups, late, clock, back: (index: number) => backs[index]!(), join: (...items: number[]) => items.map((item) => batcher.join(item)) };
};

const aTick = () => new Promise((resolve) => setImmediate(resolve));

test('what arrives in one tick leaves together', async () => {
  const { groups, join } = road();
  join(1, 1, 1);
  await aTick();
  expect(groups).toEqual([[1, 1, 1]]);
});

test('while few are under way nobody waits for them', async () => {
  const { groups, join } = road();
  for (const item of [1, 2, 3]) {
    join(item);
    await aTick();
  }
  expect(groups).toEqual([[1], [2], [3]]);
});

test('while many are under way the others gather, and leave when these are back', async () => {
  const { groups, back, join } = road();
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

test('a group carries no more items than 500', async () => {
  const { groups, back, join } = road();
  join(...Array.from({ length: 600 }, () => 1));
  await aTick();
  back(0);
  await aTick();
  expect(groups.map((group) => group.length)).toEqual([500, 100]);
});

test('a group carries no more bytes than one message may, and what is too large for any goes alone', async () => {
  const { groups, back, join } = road();
  join(5 * megabyte, 3 * megabyte, 1, 15 * megabyte, 1);
  for (let turn = 0; turn < 4; turn++) {
    await aTick();
    if (groups[turn]) back(turn);
  }
  await aTick();
  expect(groups).toEqual([[5 * megabyte, 3 * megabyte], [1], [15 * megabyte], [1]]);
});

test('no more items wait than memory is meant for', async () => {
  const { back, join } = road();
  const taken = join(...Array.from({ length: 10_001 }, () => 1));
  expect([taken.filter(Boolean).length, taken.at(-1)]).toEqual([10_000, false]);
  await aTick();
  back(0);
  expect(join(1)).toEqual([true]);
});

test('no more bytes wait than memory is meant for', () => {
  const { join } = road();
  expect(join(...Array.from({ length: 5 }, () => 15 * megabyte))).toEqual([true, true, true, true, false]);
});

test('what waited too long does not go any more, and makes room for what comes', async () => {
  const { groups, late, clock, back, join } = road();
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

test('what waited too long is told so, though nothing under way comes back', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
  const { late, clock, join } = road();
  join(...Array.from({ length: 20 }, () => 1));
  await aTick();
  join(2, 3);
  clock.now = 13_000;
  jest.advanceTimersByTime(1_000);
  expect(late).toEqual([2, 3]);
});
