import { beforeEach, expect, test } from '@jest/globals';
import type { RetentionRepository } from '@crossroads/store';
import { createPurge } from './purge.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const tenants = ['a', 'b'].map((name) => ({ tenantId: name, tenantName: name, days: 30 }));

let taken: string[];
beforeEach(() => void (taken = []));

/** So many documents of each kind, which every call takes a page of. */
const retention = (old: Record<string, number>): RetentionRepository => {
  const take = (kind: string, limit: number): number => {
    const count = Math.min(limit, old[kind] ?? 0);
    old[kind] = (old[kind] ?? 0) - count;
    taken.push(`${kind} ${count}`);
    return count;
  };
  return {
    tenants: async () => tenants,
    keepFor: async () => true,
    purge: async ({ tenantId }, limit) => take(tenantId, limit),
    clearUp: async (limit, after) => ({ taken: take(`left${after === undefined ? '' : ` after ${after}`}`, limit), last: '7' }),
    forgetKeys: async (limit) => take('keys', limit),
    removeExpired: async (limit) => take('expired', limit),
  };
};

test('a round goes through every tenant and every kind, page by page', async () => {
  await createPurge({ retention: retention({ a: 450, left: 200 }), log: quiet, maxMs: 60_000 })();
  expect(taken).toEqual(['a 200', 'a 200', 'a 50', 'b 0', 'left 200', 'left after 7 0', 'keys 0', 'expired 0']);
});

test('a turn whose time is over leaves the rest to the next, which goes on where it stopped', async () => {
  const purge = createPurge({ retention: retention({ a: 450 }), log: quiet, maxMs: 0 });
  const seen: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await purge();
    seen.push(taken.length);
  }
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(taken).toEqual(['a 200', 'a 200', 'a 50', 'b 0']);
});

test('one round an hour is enough', async () => {
  const purge = createPurge({ retention: retention({}), log: quiet, maxMs: 60_000 });
  await purge();
  const once = taken.length;
  await purge();
  expect(taken).toHaveLength(once);
});

test('a store that is away breaks a turn off, and the next tries the same again', async () => {
  const real = retention({ a: 10 });
  let away = true;
  const purge = createPurge({ retention: { ...real, purge: async (tenant, limit) => (away ? Promise.reject(new Error('away')) : real.purge(tenant, limit)) }, log: quiet, maxMs: 60_000 });
  await expect(purge()).rejects.toThrow('away');
  away = false;
  await purge();
  expect(taken[0]).toBe('a 10');
});
