import type { SagaRead } from './decisions.js';
import type { Entry, Journal, Outcome } from './journal.js';
import { entryKey, isFinal } from './journal.js';
import { SagaState } from './saga-state.js';
import type { Direction } from './step.js';

/** The entry of a decision made outside the worker, without its step. */
export type DecisionEntry = Pick<Entry, 'status' | 'title' | 'code' | 'output' | 'detail'>;

/** A step, and the final outcome that a decision gives it. */
export interface DecidedStep {
  name: string;
  direction: Direction;
  outcome: Extract<Outcome, 'done' | 'rejected' | 'canceled' | 'terminated'>;
}

/** Returns the entry with the step's final outcome in the forward direction. */
export const finalOutcomeIn = (entries: readonly Entry[], step: string): Entry | undefined =>
  entries.find(({ step: { name, direction, outcome } }) => name === step && direction === 'run' && isFinal(outcome));

/** Returns the values of a saga: the request and the output of each step that is done. */
export const valuesIn = (request: unknown, entries: readonly Entry[]): object => new SagaState([], request, 'pending', entries).values;

/** Writes the final outcome of a step into the journal. Returns the valid entry: this one, or that of a worker or decision that was first. */
export const recordOutcome = <Metadata>(
  journal: Pick<Journal<Metadata>, 'write'>,
  { saga, entries }: SagaRead<Metadata>,
  epoch: number,
  step: DecidedStep,
  decision: DecisionEntry,
): Promise<Entry> => {
  const { sagaId, request, resumed, metadata } = saga;
  const seq = Math.max(0, ...entries.map((entry) => entry.seq)) + 1;
  const entry: Entry = { key: entryKey(sagaId, step, epoch), sagaId, seq, step: { ...step, attempt: 1 }, epoch, retried: resumed, ...decision };
  return journal.write(entry, metadata, valuesIn(request, entries));
};
