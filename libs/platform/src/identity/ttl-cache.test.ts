import { expect, test } from '@jest/globals';
import { TtlCache } from './ttl-cache.js';

/** A cache of 1,000 ms, whose look-ups and clock the test controls. */
const cacheOf = (lookUp: (id: string) => Promise<string | undefined>) => {
  const clock = { now: 0 };
  const lookedUp: string[] = [];
  const cache = new TtlCache((id) => (lookedUp.push(id), lookUp(id)), 1_000, () => clock.now);
  return { cache, clock, lookedUp };
};

test('a value is looked up once within its time, also by concurrent calls', async () => {
  const { cache, clock, lookedUp } = cacheOf(async (id) => `value of ${id}`);
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('b')])).toEqual(['value of a', 'value of a', 'value of b']);
  clock.now = 999;
  await cache.get('a');
  expect(lookedUp).toEqual(['a', 'b']);
});

test('a value is looked up again after its time, which use does not extend', async () => {
  const { cache, clock, lookedUp } = cacheOf(async () => 'value');
  await cache.get('a');
  clock.now = 900;
  await cache.get('a');
  clock.now = 1_000;
  await cache.get('a');
  expect(lookedUp).toEqual(['a', 'a']);
});

test('"not found" is cached', async () => {
  const { cache, lookedUp } = cacheOf(async () => undefined);
  expect([await cache.get('a'), await cache.get('a'), lookedUp]).toEqual([undefined, undefined, ['a']]);
});

test('a failed look-up is not cached', async () => {
  const results = [Promise.reject(new Error('unavailable')), Promise.resolve('value')];
  const { cache } = cacheOf(() => results.shift()!);
  await expect(cache.get('a')).rejects.toThrow('unavailable');
  expect(await cache.get('a')).toBe('value');
});

test('the oldest entry is removed above ten thousand entries', async () => {
  const { cache, lookedUp } = cacheOf(async () => undefined);
  for (let id = 0; id <= 10_000; id++) await cache.get(String(id));
  lookedUp.length = 0;
  await cache.get('1');
  await cache.get('0');
  expect(lookedUp).toEqual(['0']);
});
