import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { explore } from './explore.js';
import { mutants } from './mutants.js';

describe('whatever the order of events', () => {
  // In a process of its own: what the test runner does to promises makes each schedule take twice as long.
  test('nothing is lost, nothing is done twice and everything ends', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['libs/testkit/dist/model/main.js', '--seconds', '10'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [run, distinct] = /^(\d+) schedules from seed 1, (\d+) of them/.exec(stdout)!.slice(1).map(Number) as [number, number];
    expect(distinct).toBeGreaterThan(0.99 * run);
  }, 60_000);
});

describe('a kernel without the safeguard that', () => {
  test.each(mutants)('%s is found out', async (_, spoil) => {
    const { found } = await explore({ from: 1, schedules: 3_000, forMs: Infinity, spoil });
    expect(found).toBeDefined();
  }, 60_000);
});
