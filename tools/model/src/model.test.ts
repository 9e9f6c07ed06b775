import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { mutants } from './mutants.js';

/** Runs the model in its own process: under jest, promises make each schedule take twice as long. */
const model = (...args: string[]) => spawnSync(process.execPath, ['tools/model/dist/main.js', ...args], { encoding: 'utf8' });

describe('the kernel, in any order of events', () => {
  test('loses nothing, does nothing twice, and all sagas finish', () => {
    const { status, stdout, stderr } = model('--seconds', '10');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [run, distinct] = /^(\d+) schedules from seed 1, (\d+) different ones/.exec(stdout)!.slice(1).map(Number) as [number, number];
    expect(distinct).toBeGreaterThan(0.99 * run);
  }, 60_000);

  test('violates an invariant without any one of its safeguards', () => {
    const { stdout } = model('--mutants', '--schedules', '40000');
    const found = stdout.trim().split('\n');
    expect(found.filter((line) => !line.startsWith('detected by seed'))).toEqual([]);
    expect(found).toHaveLength(mutants.length);
  }, 120_000);
});
