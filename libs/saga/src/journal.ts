import type { Direction, EntryDetail } from './step.js';

/**
 * How an attempt of a step came out. `done` and `refused` are verdicts: a step has at most one per direction.
 * `called-off` is a verdict from outside, by whoever canceled the saga. `terminated` as well: an operator ended the saga without compensation,
 * and this verdict closes the open step, so that a zombie worker cannot go on. The rest leave the step open.
 */
export type Outcome = 'done' | 'rejected' | 'canceled' | 'terminated' | 'unavailable' | 'failed' | 'waiting' | 'recorded';

/** One line of a saga's journal, stored as one CrossroadsLogV2 entry. */
export interface Entry {
  /** Names the fact, not the writing of it: writing the same fact twice meets its own key. See `entryKey`. */
  key: string;
  sagaId: string;
  /** Place in the saga's journal, from 1. Two workers may claim one place; the keys still tell them apart. */
  seq: number;
  step: { name: string; direction: Direction; outcome: Outcome; attempt: number };
  epoch: number;
  /** The saga's status from this entry on. */
  status: string;
  title: string;
  /** Error code; absent where nothing is wrong. */
  code?: string;
  /** Whether an operator had the saga resumed before this entry. */
  retried: boolean;
  /** What the step added to the saga's state (`done`), or what it recorded (`recorded`). Small; JSON or BSON values. */
  output?: object;
  detail: EntryDetail;
}

/**
 * The journal of all sagas, append-only. Both may throw StoreUnavailable.
 * `read` answers in order of `seq`.
 * `write` is told the saga's state with what the entry adds to it, and answers the entry that stands under the key: the given one, or the earlier one that had it first.
 */
export interface Journal<Metadata> {
  read(sagaId: string): Promise<Entry[]>;
  write(entry: Entry, metadata: Metadata, state: object): Promise<Entry>;
}

const finalOutcomes: ReadonlySet<Outcome> = new Set(['done', 'rejected', 'canceled', 'terminated']);

export const isFinal = (outcome: Outcome): boolean => finalOutcomes.has(outcome);

/**
 * All verdicts of a step and direction share one key, so two workers that disagree cannot both be believed:
 * the first verdict written stands and the other worker reads it back and obeys.
 * Attempts are told apart by epoch, of which each has one attempt; waiting is said once per reason.
 */
export const entryKey = (
  sagaId: string,
  step: { name: string; direction: Direction; outcome: Outcome },
  discriminator: string | number,
): string => {
  const about = `${sagaId}:${step.name}:${step.direction}`;
  return isFinal(step.outcome) ? `${about}:verdict` : `${about}:${step.outcome}:${discriminator}`;
};
