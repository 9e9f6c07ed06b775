import type { Direction, Outcome, Phase } from '@crossroads/saga';
import type { EntryDocument, SagaDocument } from '@crossroads/store';

/** One attempt of one step, as it is drawn. */
export interface Bar {
  lane: Direction;
  step: string;
  /** Attempt of this step on this lane, counted from 1. */
  attempt: number;
  outcome: Outcome | 'planned' | 'running';
  /** Milliseconds the saga lay still before this attempt, and worked on it, as far as the journal tells. */
  waitedMs: number;
  workedMs: number;
  at: Date;
  /** Place of the entry it came from; absent for an attempt yet to come. */
  seq?: number;
  /** Whether the step's name stands above it: only on the first of a row of attempts. */
  named: boolean;
}

type Told = Pick<EntryDocument, 'step' | 'date' | 'journal'>;
type SagaVersion = Pick<SagaDocument, 'phase' | 'step' | 'accepted_at' | 'next_run_at' | 'failures'>;

const atWork: ReadonlySet<Phase> = new Set(['running', 'retrying', 'waiting', 'awaiting_approval']);

/**
 * The attempts of a saga in the order they were made.
 * The journal says when an attempt ended. Within one claim the time since the entry before is work;
 * between two claims nearly all of it is rest, so it is drawn as rest.
 */
export const timelineOf = (saga: SagaVersion, entries: readonly Told[]): Bar[] => {
  const bars: Bar[] = [];
  const attempts = new Map<string, number>();
  let since = saga.accepted_at.getTime();
  let epoch = 0;
  let worked = 0;
  let waited = 0;
  for (const { step, date, journal } of entries) {
    const gap = Math.max(0, date.getTime() - since);
    if (journal.epoch === epoch) worked += gap;
    else waited += gap;
    since = date.getTime();
    epoch = journal.epoch;
    // What a step notes before it acts is a part of its attempt, not one of its own.
    if (step.outcome === 'recorded') continue;
    bars.push({ ...place(step.direction, step.name), outcome: step.outcome, waitedMs: waited, workedMs: worked, at: date, seq: journal.seq });
    worked = 0;
    waited = 0;
  }
  if (atWork.has(saga.phase) && saga.next_run_at) bars.push(coming(saga.next_run_at));
  return bars;

  function place(lane: Direction, step: string): Pick<Bar, 'lane' | 'step' | 'attempt' | 'named'> {
    const key = `${lane}:${step}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const before = bars.at(-1);
    return { lane, step, attempt, named: before?.step !== step || before.lane !== lane };
  }

  function coming(next: Date): Bar {
    const lane = entries.at(-1)?.step.direction ?? 'run';
    // A saga that is due at once is due since long before it was accepted.
    const at = new Date(Math.max(next.getTime(), since));
    const outcome = saga.phase === 'running' ? 'running' : 'planned';
    return { ...place(lane, saga.step ?? entries.at(-1)?.step.name ?? 'first step'), outcome, waitedMs: outcome === 'planned' ? at.getTime() - since : 0, workedMs: 0, at };
  }
};
