import type { Direction, Outcome, Phase } from '@crossroads/saga';
import type { LogEntry, SagaDocument } from '@crossroads/store';

/** One attempt of a step in the timeline. */
export interface Bar {
  direction: Direction;
  step: string;
  /** Attempt of this step, counted as in the log: from 1, and again from 1 after a resume. Undefined if it did not count, because the step was deferred. */
  attempt?: number;
  /** `expires`: the saga stops then, unless the destination has approved or rejected it. */
  outcome: Outcome | 'planned' | 'running' | 'expires';
  /** Milliseconds before this attempt, and of the attempt. The journal has end times only, so both are estimates. */
  waitedMs: number;
  workedMs: number;
  at: Date;
  /** Number of the log entry. Undefined for a future attempt. */
  seq?: number;
  /** Whether the bar has the step's name above it. Only the first of several attempts has. */
  isNamed: boolean;
}

type TimelineEntry = Pick<LogEntry, 'step' | 'date' | 'journal'>;
type TimelineSaga = Pick<SagaDocument, 'phase' | 'step' | 'accepted_at' | 'next_run_at' | 'failures'>;

const openPhases: ReadonlySet<Phase> = new Set(['running', 'retrying', 'waiting', 'awaiting_approval']);

/**
 * Returns the attempts of a saga in their order, and the next attempt if one is scheduled.
 * Time between two entries of one claim counts as work. Time between two claims is mostly delay, so it counts as waiting.
 */
export const timelineOf = (saga: TimelineSaga, entries: readonly TimelineEntry[]): Bar[] => {
  const bars: Bar[] = [];
  let since = saga.accepted_at.getTime();
  let epoch = 0;
  let workedMs = 0;
  let waitedMs = 0;
  for (const { step, date, journal } of entries) {
    const gap = Math.max(0, date.getTime() - since);
    if (journal.epoch === epoch) workedMs += gap;
    else waitedMs += gap;
    since = date.getTime();
    epoch = journal.epoch;
    // A `recorded` entry is the first part of an attempt, so it has no bar of its own.
    if (step.outcome === 'recorded') continue;
    bars.push({ ...place(step.direction, step.name), ...(step.outcome !== 'deferred' && { attempt: step.attempt }), outcome: step.outcome, waitedMs, workedMs, at: date, seq: journal.seq });
    workedMs = 0;
    waitedMs = 0;
  }
  if (openPhases.has(saga.phase) && saga.next_run_at) bars.push(nextAttempt(saga.next_run_at));
  return bars;

  function place(direction: Direction, step: string): Pick<Bar, 'direction' | 'step' | 'isNamed'> {
    const previous = bars.at(-1);
    return { direction, step, isNamed: previous?.step !== step || previous.direction !== direction };
  }

  function nextAttempt(next: Date): Bar {
    const direction = entries.at(-1)?.step.direction ?? 'run';
    // A saga that is due at once has a time long before its acceptance.
    const at = new Date(Math.max(next.getTime(), since));
    const bar = { ...place(direction, saga.step ?? entries.at(-1)?.step.name ?? 'first step'), workedMs: 0, at };
    if (saga.phase === 'awaiting_approval') return { ...bar, outcome: 'expires', waitedMs: at.getTime() - since };
    const attempt = saga.failures + 1;
    return saga.phase === 'running' ? { ...bar, attempt, outcome: 'running', waitedMs: 0 } : { ...bar, attempt, outcome: 'planned', waitedMs: at.getTime() - since };
  }
};
