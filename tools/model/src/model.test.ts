import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { mutants } from './mutants.js';

/** In a process of its own: what the test runner does to promises makes each schedule take twice as long. */
const model = (...args: string[]) => spawnSync(process.execPath, ['tools/model/dist/main.js', ...args], { encoding: 'utf8' });

describe('whatever the order of events', () => {
  test('nothing is lost, nothing is done twice and everything comes to rest', () => {
    const { status, stdout, stderr } = model('--seconds', '10');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [run, distinct] = /^(\d+) schedules from seed 1, (\d+) of them/.exec(stdout)!.slice(1).map(Number) as [number, number];
    expect(distinct).toBeGreaterThan(0.99 * run);
  }, 60_000);

  test('a kernel with one safeguard less is found out, whichever it is', () => {
    const { stdout } = model('--mutants', '--schedules', '10000');
    const found = stdout.trim().split('\n');
    expect(found.filter((line) => !line.startsWith('found out by seed'))).toEqual([]);
    expect(found).toHaveLength(mutants.length);
  }, 120_000);
});
