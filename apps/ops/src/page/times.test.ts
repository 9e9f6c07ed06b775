import { expect, test } from '@jest/globals';
import { clock, duration, relative } from './times.js';

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [12_400, '12 s'],
  [250_000, '4 min 10 s'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('%i ms is formatted as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('relative times count from now, and a clock time has its day if that is not today', () => {
  const now = new Date('2026-03-01T03:00:00Z');
  expect(relative(new Date('2026-03-01T03:04:00Z'), now)).toBe('in 4 min');
  expect(relative(new Date('2026-03-01T02:59:50Z'), now)).toBe('10 s ago');
  expect(clock(new Date('2026-03-01T02:59:50Z'), now)).toBe('02:59:50');
  expect(clock(new Date('2026-02-28T23:59:50Z'), now)).toBe('2026-02-28 23:59');
});
