import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { figuresTable } from './report.js';
import type { Spread } from './rounds.js';
import { isMet, judged, targets, textOf } from './targets.js';

const spread = (median: number): Spread => ({ min: median, median, max: median });

/** Returns the last cells of each row of the table: target and result. */
const results = (spreads: Record<string, Spread>): string[][] =>
  figuresTable(spreads)
    .split('\n\n')[0]!
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1]!, cells.at(-3)!, cells.at(-2)!]);

describe('the report', () => {
  test('has "met" for a figure at its target and "missed" for a figure beyond it', () => {
    expect(results({ 'product.flat_out.cpu_ms': spread(4), 'product.flat_out.per_s': spread(399) })).toEqual([
      ['product flat out, CPU', '≤ 4', 'met'],
      ['product flat out', '≥ 400', 'missed'],
    ]);
    expect(results({ 'product.flat_out.cpu_ms': spread(4.1), 'product.flat_out.per_s': spread(400) })).toEqual([
      ['product flat out, CPU', '≤ 4', 'missed'],
      ['product flat out', '≥ 400', 'met'],
    ]);
  });

  test('judges a row with a ratio by its ratio', () => {
    const drain = { 'drain.sagas_per_s': spread(400), 'drain.plain_job_per_s': spread(200) };
    expect(results({ ...drain, 'drain.ratio_plain_job': spread(2) })).toEqual([['drain', '≥ 2.2', 'missed']]);
    expect(results({ ...drain, 'drain.ratio_plain_job': spread(2.2) })).toEqual([['drain', '≥ 2.2', 'met']]);
  });

  test('leaves out the rows of parts that were not measured', () => {
    expect(results({ 'intake.per_s': spread(1), 'intake.bare_express_per_s': spread(2), 'intake.ratio_bare_express': spread(0.5) })).toEqual([['intake', '≥ 0.4', 'met']]);
  });

  test('has a row for every target', () => {
    const all = Object.fromEntries([...Object.keys(targets), 'drain.sagas_per_s', 'drain.minimum_per_s', 'drain.plain_job_per_s', 'drain.baseline_batched_per_s', 'intake.per_s', 'intake.bare_express_per_s'].map((key) => [key, spread(1)]));
    expect(results(all).filter(([, target]) => target !== '')).toHaveLength(Object.keys(targets).length);
  });

  test('has the CPU of each process of the product for each load', () => {
    const table = figuresTable({ 'product.idle.cpu_ms_redis': spread(1.25), 'product.at_5.cpu_ms_redis': spread(2.25), 'product.flat_out.cpu_ms_redis': spread(0.25) }).split('\n\n')[1]!;
    const redis = table.split('\n').find((line) => line.startsWith('| - redis'))!;
    expect(redis.split('|').map((cell) => cell.trim()).slice(2, -1)).toEqual(['1.25', '2.25', '', '', '0.250']);
  });
});

test('JSON has the target of a figure and whether it is met', () => {
  expect(judged({ 'product.idle.cpu_ms': spread(12), 'drain.ratio_minimum': spread(0.6), 'drain.sagas_per_s': spread(400) })).toEqual({
    'product.idle.cpu_ms': { ...spread(12), target: '≤ 10', is_met: false },
    'drain.ratio_minimum': { ...spread(0.6), target: '≥ 0.5', is_met: true },
    'drain.sagas_per_s': spread(400),
  });
});

test('a value at its bound meets the target', () => {
  expect([isMet({ atMost: 4 }, 4), isMet({ atMost: 4 }, 4.01), isMet({ atLeast: 4 }, 4), isMet({ atLeast: 4 }, 3.99)]).toEqual([true, false, true, false]);
});

test('docs/performance.md lists every target, and no other', () => {
  const page = readFileSync('docs/performance.md', 'utf8');
  const listed = [...page.matchAll(/^\| .* ([≥≤] [\d.,]+)[^|]*\| `([\w.]+)` \|$/gm)].map(([, target, key]) => [key, target]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(Object.entries(targets).map(([key, target]) => [key, textOf(target)])));
});
