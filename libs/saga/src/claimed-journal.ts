import type { Claim } from './claim.js';
import { ClaimLost } from './errors.js';
import type { Entry, Journal, Outcome } from './journal.js';
import { entryKey } from './journal.js';
import type { SagaState } from './saga-state.js';
import type { Direction, RecordedEntry, Step } from './step.js';

/** An attempt of a step. Its number is 1 for the first attempt. */
export interface NumberedAttempt {
  step: Step;
  direction: Direction;
  number: number;
}

/** Fields of an entry. Without `status` the saga's status is unchanged. Without `title` the entry has the step's. */
export type EntryFields = Partial<Pick<Entry, 'status' | 'title' | 'code' | 'output'>> & Pick<Entry, 'detail'>;

/** The journal of one saga under one claim. Each entry that is read or written also changes the saga's state. */
export class ClaimedJournal<Metadata> {
  readonly #claim: Claim<Metadata>;
  readonly #journal: Journal<Metadata>;
  readonly #state: SagaState;

  constructor(claim: Claim<Metadata>, journal: Journal<Metadata>, state: SagaState) {
    this.#claim = claim;
    this.#journal = journal;
    this.#state = state;
  }

  /** Reads the journal again. Throws ClaimLost when it has an entry of a newer claim. */
  async readAgain(): Promise<void> {
    for (const entry of await this.#journal.read(this.#claim.sagaId)) this.#apply(entry);
  }

  /**
   * Writes an entry, and continues from the one that is stored: another worker may have been first, and its entry is valid.
   * If that worker's claim is newer, this one is a zombie with an outdated view. Without ClaimLost here, it could lock and clear an order
   * for a saga that has long ended.
   */
  async write({ step, direction, number }: NumberedAttempt, outcome: Outcome, { status = this.#state.status, ...fields }: EntryFields, discriminator?: string): Promise<Entry> {
    const { sagaId, epoch, resumed, metadata } = this.#claim;
    const stepOutcome = { name: step.name, direction, outcome };
    const entry: Entry = {
      key: entryKey(sagaId, stepOutcome, discriminator ?? epoch),
      sagaId,
      seq: this.#state.nextSeq,
      step: { ...stepOutcome, attempt: number },
      epoch,
      status,
      title: titleOf(step, direction, outcome),
      retried: resumed,
      ...fields,
    };
    const values = outcome === 'done' ? { ...this.#state.values, ...entry.output } : this.#state.values;
    const stored = await this.#journal.write(entry, metadata, values);
    this.#apply(stored);
    return stored;
  }

  /** Writes the value under the label, unless an earlier attempt did. Returns the stored value. */
  async record<T extends object>(attempt: NumberedAttempt, label: string, value: T, { status, title, ...detail }: RecordedEntry = {}): Promise<T> {
    const key = entryKey(this.#claim.sagaId, { name: attempt.step.name, direction: attempt.direction, outcome: 'recorded' }, label);
    const fields = { ...(status !== undefined && { status }), ...(title && { title }), output: value, detail };
    return (this.#state.recorded(key) ?? (await this.write(attempt, 'recorded', fields, label)).output) as T;
  }

  #apply(entry: Entry): void {
    const { epoch } = this.#claim;
    if (entry.epoch > epoch) throw new ClaimLost(`${entry.key} was written by epoch ${entry.epoch}, this is ${epoch}`);
    this.#state.apply(entry);
  }
}

const titleOf = (step: Step, direction: Direction, outcome: Outcome): string => {
  if (outcome === 'done') return direction === 'run' ? step.title : `Undone: ${step.title}`;
  return `${direction === 'undo' ? 'Undo of ' : ''}${step.name}: ${outcome}`;
};
