import type { Entry } from './journal.js';
import { isFinal } from './journal.js';
import type { CompensationCause, Direction, Step } from './step.js';

/** The next step of a saga by its journal, or its end. */
export type Next = { step: Step; direction: Direction } | { end: SagaEnd };

/** How a saga ends. */
export interface SagaEnd {
  status: string;
  code?: string;
  message?: string;
  /** Whether compensation has released what the steps hold. Otherwise their `onComplete` does. */
  compensated: boolean;
  terminated?: boolean;
}

/** The state of a saga, rebuilt from its journal at each claim. There is no second checkpoint that could contradict the journal. */
export class SagaState {
  readonly #steps: readonly Step[];
  readonly #finalOutcomes = { run: new Map<string, Entry>(), undo: new Map<string, Entry>() };
  readonly #records = new Map<string, Entry>();
  #values: object;
  #status: string;
  #lastEpoch = 0;
  #lastSeq = 0;

  constructor(steps: readonly Step[], request: unknown, status: string, entries: readonly Entry[]) {
    this.#steps = steps;
    this.#values = { request };
    this.#status = status;
    for (const entry of entries) this.apply(entry);
  }

  /** The request, and the outputs of the steps that are done. */
  get values(): object {
    return this.#values;
  }

  get status(): string {
    return this.#status;
  }

  /** Epoch of the newest entry; 0 before the first. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  get nextSeq(): number {
    return this.#lastSeq + 1;
  }

  /** Applies an entry of the journal. Applying it twice changes nothing. */
  apply(entry: Entry): void {
    const { name, direction, outcome } = entry.step;
    this.#lastSeq = Math.max(this.#lastSeq, entry.seq);
    this.#lastEpoch = Math.max(this.#lastEpoch, entry.epoch);
    this.#status = entry.status;
    if (outcome === 'recorded') this.#records.set(entry.key, entry);
    if (!isFinal(outcome)) return;
    this.#finalOutcomes[direction].set(name, entry);
    if (outcome === 'done' && direction === 'run') this.#values = { ...this.#values, ...entry.output };
  }

  /** What started the compensation; undefined while the saga runs forward. */
  get compensationCause(): CompensationCause | undefined {
    const cause = this.#steps.find((step) => this.#startsCompensation(step));
    return cause && { step: cause.name, outcome: this.#finalOutcome(cause, 'run')!.step.outcome as CompensationCause['outcome'] };
  }

  /** Returns the value that a step recorded under the key. */
  recorded(key: string): object | undefined {
    return this.#records.get(key)?.output;
  }

  /** Returns the next step and its direction, or how the saga ends. */
  next(): Next {
    const terminated = this.#terminated();
    if (terminated) return { end: { status: 'error', ...(terminated.code && { code: terminated.code }), message: terminated.detail.message ?? terminated.title, compensated: false, terminated: true } };
    const cause = this.#steps.findIndex((step) => this.#startsCompensation(step));
    return cause < 0 ? this.#forward() : this.#compensate(cause);
  }

  /** Steps that are done, and may hold something until the saga ends. */
  get completed(): readonly Step[] {
    return this.#steps.filter((step) => this.#finalOutcome(step, 'run')?.step.outcome === 'done');
  }

  #forward(): Next {
    const step = this.#steps.find((candidate) => !this.#finalOutcome(candidate, 'run'));
    return step ? { step, direction: 'run' } : { end: { status: this.#steps.at(-1)!.status.done, compensated: false } };
  }

  /**
   * Compensation begins with the step that was rejected or canceled. Another claim may have run that step, and its outcome came second.
   * So undo must accept that its step had no effect. Only a first step that is rejected is not compensated: no claim can have passed it.
   * Nor is a canceled step with an earlier one still open: it never started. A cancel closes the first open step. If it closed a later one,
   * a zombie worker could still run the steps in between after the saga has ended.
   */
  #compensate(cause: number): Next {
    const finalOutcome = this.#finalOutcome(this.#steps[cause]!, 'run')!;
    const last = finalOutcome.step.outcome === 'canceled' || cause > 0 ? cause : -1;
    for (let i = last; i >= 0; i--) {
      const step = this.#steps[i]!;
      const reached = i === cause ? this.#doneBefore(cause) : this.#finalOutcome(step, 'run');
      if (reached && step.undo && !this.#finalOutcome(step, 'undo')) return { step, direction: 'undo' };
    }
    const { rejected } = this.#steps[cause]!.status;
    return {
      end: {
        status: finalOutcome.step.outcome === 'canceled' ? 'canceled' : rejected,
        compensated: true,
        ...(finalOutcome.code && { code: finalOutcome.code }),
        ...(finalOutcome.detail.message && { message: finalOutcome.detail.message }),
      },
    };
  }

  #terminated(): Entry | undefined {
    const finalOutcomes = [...this.#finalOutcomes.run.values(), ...this.#finalOutcomes.undo.values()];
    return finalOutcomes.find(({ step }) => step.outcome === 'terminated');
  }

  #doneBefore(index: number): boolean {
    return this.#steps.slice(0, index).every((step) => this.#finalOutcome(step, 'run'));
  }

  #startsCompensation(step: Step): boolean {
    const outcome = this.#finalOutcome(step, 'run')?.step.outcome;
    return outcome === 'rejected' || outcome === 'canceled';
  }

  #finalOutcome(step: Step, direction: Direction): Entry | undefined {
    return this.#finalOutcomes[direction].get(step.name);
  }
}
