import { expect, test } from '@jest/globals';
import type { Direction, Outcome } from '@crossroads/saga';
import { timelineOf } from './timeline.js';

const start = Date.parse('2026-03-01T03:00:00Z');
const entry = (seq: number, epoch: number, afterMs: number, name: string, outcome: Outcome, direction: Direction = 'run', attempt = 1) => ({
  step: { name, direction, outcome, attempt },
  date: new Date(start + afterMs),
  journal: { key: String(seq), seq, epoch, status: 'pending' },
});
const ended = { phase: 'ended' as const, accepted_at: new Date(start), failures: 0 };

test('time within one claim counts as work, and time between two claims as waiting', () => {
  const bars = timelineOf(ended, [
    entry(1, 1, 40, 'resolve-order', 'done'),
    entry(2, 1, 50, 'dispatch-reset', 'recorded'),
    entry(3, 1, 1_050, 'dispatch-reset', 'unavailable'),
    entry(4, 2, 61_050, 'dispatch-reset', 'done', 'run', 2),
  ]);
  expect(bars.map(({ step, attempt, waitedMs, workedMs, isNamed }) => [step, attempt, waitedMs, workedMs, isNamed])).toEqual([
    ['resolve-order', 1, 40, 0, true],
    ['dispatch-reset', 1, 0, 1_010, true],
    ['dispatch-reset', 2, 60_000, 0, false],
  ]);
});

test('the next attempt is the last bar, at the step that failed', () => {
  const saga = { ...ended, phase: 'retrying' as const, failures: 1, step: 'dispatch-reset', next_run_at: new Date(start + 31_000) };
  const [, planned] = timelineOf(saga, [entry(1, 1, 1_000, 'dispatch-reset', 'unavailable')]);
  expect(planned).toMatchObject({ step: 'dispatch-reset', attempt: 2, outcome: 'planned', waitedMs: 30_000 });
});

test('a saga that no worker has started is due since its acceptance, not since 1970', () => {
  const [bar] = timelineOf({ ...ended, phase: 'running', next_run_at: new Date(0) }, []);
  expect(bar).toMatchObject({ outcome: 'running', waitedMs: 0, at: new Date(start) });
});

test('undo attempts have their own direction', () => {
  const bars = timelineOf(ended, [entry(1, 1, 1, 'clear-deliveries', 'done'), entry(2, 1, 2, 'clear-deliveries', 'done', 'undo')]);
  expect(bars.map(({ direction, attempt, isNamed }) => [direction, attempt, isNamed])).toEqual([
    ['run', 1, true],
    ['undo', 1, true],
  ]);
});

test('an attempt has the number of its log entry: a deferred step is no attempt, and a resume counts from one', () => {
  const saga = { ...ended, phase: 'retrying' as const, failures: 1, step: 'dispatch-reset', next_run_at: new Date(start + 99_000) };
  const bars = timelineOf(saga, [
    entry(1, 1, 1, 'dispatch-reset', 'deferred'),
    entry(2, 2, 2, 'dispatch-reset', 'unavailable'),
    entry(3, 3, 3, 'dispatch-reset', 'deferred', 'run', 2),
    entry(4, 4, 4, 'dispatch-reset', 'unavailable', 'run', 2),
    entry(5, 5, 5, 'dispatch-reset', 'unavailable'),
  ]);
  expect(bars.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
    ['deferred', undefined],
    ['unavailable', 1],
    ['deferred', undefined],
    ['unavailable', 2],
    ['unavailable', 1],
    ['planned', 2],
  ]);
});

test('the last bar of a saga that awaits approval is its expiry, which is no attempt', () => {
  const saga = { ...ended, phase: 'awaiting_approval' as const, step: 'dispatch-reset', next_run_at: new Date(start + 604_800_000) };
  const [, expiry] = timelineOf(saga, [entry(1, 1, 1_000, 'dispatch-reset', 'deferred')]);
  expect(expiry).toMatchObject({ outcome: 'expires', at: saga.next_run_at });
  expect(expiry).not.toHaveProperty('attempt');
});
