import { expect, test } from '@jest/globals';
import { Together } from './together.js';

/** Groups of numbers on their way; a number weighs what it is. Each group comes back when it is told to. */
const road = () => {
  const groups: number[][] = [];
  const backs: (() => void)[] = [];
  const together = new Together<number>({ send: (group) => new Promise((back) => void (groups.push(group), backs.push(back))), weight: (item) => item });
  return { groups, back: (index: number) => backs[index]!(), join: (...items: number[]) => items.forEach((item) => together.join(item)) };
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

test('a group carries no more than it can bear, and what is too heavy for any goes alone', async () => {
  const { groups, back, join } = road();
  join(300, 200, 1, 2_000, 1);
  for (let turn = 0; turn < 4; turn++) {
    await aTick();
    if (groups[turn]) back(turn);
  }
  await aTick();
  expect(groups).toEqual([[300, 200], [1], [2_000], [1]]);
});
