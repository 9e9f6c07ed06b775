import type { Direction, EntryDetail } from './step.js';

/**
 * The outcome of an attempt. `done`, `rejected`, `canceled` and `terminated` are final: a step has at most one of them per direction.
 * The last two come from outside. They close the open step, so that a zombie worker cannot continue.
 * After any other outcome the step is still open.
 */
export type Outcome = 'done' | 'rejected' | 'canceled' | 'terminated' | 'unavailable' | 'failed' | 'deferred' | 'recorded';

/** One line of a saga's journal, stored as one CrossroadsLogV2 entry. */
export interface Entry {
  /** Identifies the fact, so that writing it twice is a duplicate key. See `entryKey`. */
  key: string;
  sagaId: string;
  /** Position in the saga's journal, from 1. Two workers may write one position; their keys differ. */
  seq: number;
  step: { name: string; direction: Direction; outcome: Outcome; attempt: number };
  epoch: number;
  /** The saga's status from this entry on. */
  status: string;
  title: string;
  /** Error code; absent without an error. */
  code?: string;
  /** Whether an operator resumed the saga before this entry. */
  retried: boolean;
  /** The step's output (`done`), or the value it recorded (`recorded`). Small; JSON or BSON values. */
  output?: object;
  detail: EntryDetail;
}

/**
 * The journal of all sagas, append-only. Both methods may throw StoreUnavailable. `read` returns entries in order of `seq`.
 * `write` gets the saga's values with the entry's output. It returns the entry that is stored under the key: this one, or an earlier one.
 */
export interface Journal<Metadata> {
  read(sagaId: string): Promise<Entry[]>;
  write(entry: Entry, metadata: Metadata, values: object): Promise<Entry>;
}

const finalOutcomes: ReadonlySet<Outcome> = new Set(['done', 'rejected', 'canceled', 'terminated']);

/** Returns whether the outcome closes its step. */
export const isFinal = (outcome: Outcome): boolean => finalOutcomes.has(outcome);

/**
 * Returns the key of an entry. All final outcomes of a step and direction share one key, so only the first of two workers can write one.
 * The other worker reads that entry back and follows it. Attempts differ by epoch. A deferral is written once per error code.
 * The literal `:verdict` is hashed into the `_id` of stored entries: changing it would make stored final outcomes invisible.
 */
export const entryKey = (
  sagaId: string,
  step: { name: string; direction: Direction; outcome: Outcome },
  discriminator: string | number,
): string => {
  const prefix = `${sagaId}:${step.name}:${step.direction}`;
  return isFinal(step.outcome) ? `${prefix}:verdict` : `${prefix}:${step.outcome}:${discriminator}`;
};
