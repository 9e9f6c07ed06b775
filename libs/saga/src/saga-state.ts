import type { Entry } from './journal.js';
import { isFinal } from './journal.js';
import type { Direction, Step } from './step.js';

/** What a saga must do next, as its journal tells. */
export type Next =
  | { step: Step; direction: Direction }
  | { end: End };

export interface End {
  status: string;
  code?: string;
  message?: string;
  /** Whether compensation has released what the steps hold; else their `atEnd` has yet to. */
  compensated: boolean;
  terminated?: boolean;
}

/** The state of a saga, gathered anew from its journal each time it is claimed: there is no second checkpoint to disagree. */
export class SagaState {
  readonly #steps: readonly Step[];
  readonly #finalOutcomes = { run: new Map<string, Entry>(), undo: new Map<string, Entry>() };
  readonly #records = new Map<string, Entry>();
  #state: object;
  #status: string;
  #lastEpoch = 0;
  #lastSeq = 0;

  constructor(steps: readonly Step[], request: unknown, status: string, entries: readonly Entry[]) {
    this.#steps = steps;
    this.#state = { request };
    this.#status = status;
    for (const entry of entries) this.take(entry);
  }

  get state(): object {
    return this.#state;
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

  take(entry: Entry): void {
    const { name, direction, outcome } = entry.step;
    this.#lastSeq = Math.max(this.#lastSeq, entry.seq);
    this.#lastEpoch = Math.max(this.#lastEpoch, entry.epoch);
    this.#status = entry.status;
    if (outcome === 'recorded') this.#records.set(entry.key, entry);
    if (!isFinal(outcome)) return;
    this.#finalOutcomes[direction].set(name, entry);
    if (outcome === 'done' && direction === 'run') this.#state = { ...this.#state, ...entry.output };
  }

  /** The verdict that turned the saga round, if one has. */
  get compensationCause(): 'rejected' | 'canceled' | undefined {
    const outcomes = this.#steps.map((step) => this.#finalOutcome(step, 'run')?.step.outcome);
    return outcomes.find((outcome) => outcome === 'rejected' || outcome === 'canceled');
  }

  recorded(key: string): object | undefined {
    return this.#records.get(key)?.output;
  }

  next(): Next {
    const terminated = this.#terminated();
    if (terminated) return { end: { status: 'error', ...(terminated.code && { code: terminated.code }), message: terminated.detail.message ?? terminated.title, compensated: false, terminated: true } };
    const turned = this.#steps.findIndex((step) => this.#compensationStart(step));
    return turned < 0 ? this.#forwards() : this.#backwards(turned);
  }

  /** Steps that hold something for the saga's lifetime, once it has come through. */
  get completed(): readonly Step[] {
    return this.#steps.filter((step) => this.#finalOutcome(step, 'run')?.step.outcome === 'done');
  }

  #forwards(): Next {
    const step = this.#steps.find((candidate) => !this.#finalOutcome(candidate, 'run'));
    return step ? { step, direction: 'run' } : { end: { status: this.#steps.at(-1)!.status.done, compensated: false } };
  }

  /**
   * A step that refused took no effect itself. One that was called off from outside may have taken effect unseen, so it is undone too,
   * provided the steps before it were done; else it cannot have begun. Whoever calls a saga off does so at its first step without a verdict:
   * at a later one, a ghost could still run the steps between after the saga has ended.
   */
  #backwards(turned: number): Next {
    const finalOutcome = this.#finalOutcome(this.#steps[turned]!, 'run')!;
    const last = finalOutcome.step.outcome === 'canceled' ? turned : turned - 1;
    for (let i = last; i >= 0; i--) {
      const step = this.#steps[i]!;
      const reached = i === turned ? this.#doneBefore(turned) : this.#finalOutcome(step, 'run');
      if (reached && step.undo && !this.#finalOutcome(step, 'undo')) return { step, direction: 'undo' };
    }
    const { rejected } = this.#steps[turned]!.status;
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

  #compensationStart(step: Step): boolean {
    const outcome = this.#finalOutcome(step, 'run')?.step.outcome;
    return outcome === 'rejected' || outcome === 'canceled';
  }

  #finalOutcome(step: Step, direction: Direction): Entry | undefined {
    return this.#finalOutcomes[direction].get(step.name);
  }
}
