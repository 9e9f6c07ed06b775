import type { Claim, Sagas, SagaStateUpdate } from './claim.js';
import { ClaimLost, NonRetryableError, RetryableError, DeferStep, StopSaga, StoreUnavailable } from './errors.js';
import type { WithTimeout } from './with-timeout.js';
import { withTimeout } from './with-timeout.js';
import type { Entry, Journal, Outcome } from './journal.js';
import { entryKey } from './journal.js';
import type { End, SagaState } from './saga-state.js';
import { backoffDelay } from './backoff.js';
import type { SagaType } from './saga.js';
import type { Direction, Step, StepContext, StepLog, StepResult } from './step.js';
import { done } from './step.js';

/** What came of one turn at a saga. */
export type RunResult =
  | { outcome: 'ended' | 'stopped'; status: string }
  | { outcome: 'delayed'; delayMs: number }
  /** Nothing was due, or a newer claim took over. */
  | { outcome: 'skipped' };

export interface SagaRunnerPorts<Metadata> {
  types: readonly SagaType[];
  sagas: Sagas<Metadata>;
  journal: Journal<Metadata>;
  log: StepLog;
  /** 0 … 1, for backoff. */
  random?: () => number;
  /** Holds attempts to their time by the real clock unless told otherwise. */
  withTimeout?: WithTimeout;
}

/** Claims in a row that ended in a crash before the saga itself is taken for the cause and stopped. */
const maxCrashes = 20;

/** A bug is tried a few times, in case it was not one. */
const maxBugAttempts = 3;

/** One claim's turn at one saga. */
export class SagaExecution<Metadata> {
  readonly #type: SagaType;
  readonly #claim: Claim<Metadata>;
  readonly #ports: SagaRunnerPorts<Metadata>;
  readonly #progress: SagaState;
  readonly #afterComplete: (() => Promise<void>)[] = [];
  /** Failures of the step at hand. A step that gets through sets it back. */
  #failures: number;

  constructor(type: SagaType, claim: Claim<Metadata>, ports: SagaRunnerPorts<Metadata>, progress: SagaState) {
    this.#type = type;
    this.#claim = claim;
    this.#ports = ports;
    this.#progress = progress;
    this.#failures = claim.failures;
  }

  async take(): Promise<RunResult> {
    const crashes = this.#claim.epoch - Math.max(this.#claim.settledEpoch, this.#progress.lastEpoch) - 1;
    for (;;) {
      const next = this.#progress.next();
      if ('end' in next) return this.#end(next.end);
      if (crashes > maxCrashes) {
        return this.#stop(next.step, next.direction, 'saga.crashes_workers', `${crashes} workers in a row died while they ran this saga.`);
      }
      if (this.#claim.phase === 'awaiting_approval' && next.direction === 'run') {
        if (await this.#overtaken(next.step, next.direction)) continue;
        return this.#stop(next.step, next.direction, 'step.no_answer', `Nobody answered ${next.step.name} in time.`);
      }
      const rest = await this.#attempt(next.step, next.direction);
      if (rest) return rest;
      this.#failures = 0;
    }
  }

  /** Tries one step once. Undefined when the saga can go straight on. */
  async #attempt(step: Step, direction: Direction): Promise<RunResult | undefined> {
    try {
      const { output, detail } = await (this.#ports.withTimeout ?? withTimeout)(step, (signal) => {
        const context = this.#context(step, direction, signal);
        return direction === 'run' ? step.run(this.#progress.state, context) : undone(step, this.#progress.state, context);
      }, this.#claim.lost);
      const status = direction === 'run' ? step.status.done : this.#progress.status;
      await this.#write(step, direction, 'done', { status, output, detail });
      return undefined;
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof ClaimLost) throw error;
      if (error instanceof DeferStep) return this.#wait(step, direction, error);
      if (error instanceof NonRetryableError && direction === 'run') return this.#reject(step, error);
      if (error instanceof NonRetryableError || error instanceof StopSaga) return this.#stopAtOnce(step, direction, error);
      return this.#fail(step, direction, error);
    }
  }

  /** What a step is given at the saga's end as well. */
  get #common(): Pick<StepContext, 'sagaId' | 'epoch' | 'log' | 'afterComplete'> {
    const { sagaId, epoch } = this.#claim;
    return { sagaId, epoch, log: this.#ports.log, afterComplete: (what) => void this.#afterComplete.push(what) };
  }

  #context(step: Step, direction: Direction, signal: AbortSignal): StepContext {
    const { sagaId, correlationId } = this.#claim;
    return {
      ...this.#common,
      correlationId,
      attempt: this.#failures + 1,
      compensationCause: this.#progress.compensationCause,
      signal,
      record: async (label, value, { status = this.#progress.status, title, ...detail } = {}) => {
        const known = this.#progress.recorded(entryKey(sagaId, { name: step.name, direction, outcome: 'recorded' }, label));
        const stands = known ?? (await this.#write(step, direction, 'recorded', { status, output: value, detail, ...(title && { title }) }, label)).output;
        return stands as typeof value;
      },
    };
  }

  async #reject(step: Step, { code, message, detail }: NonRetryableError): Promise<undefined> {
    await this.#write(step, 'run', 'rejected', { code, detail: { ...detail, message } });
  }

  async #wait(step: Step, direction: Direction, { code, message, wait, detail }: DeferStep): Promise<RunResult | undefined> {
    const { forMs, afterwards, status = this.#progress.status } = wait;
    if (afterwards === 'stop' && (await this.#overtaken(step, direction))) return undefined;
    await this.#write(step, direction, 'waiting', { code, status, detail: { ...detail, message } }, code);
    await this.#settle(step, { phase: afterwards === 'stop' ? 'awaiting_approval' : 'waiting', status, delayMs: forMs, error: { code, message } });
    return { outcome: 'delayed', delayMs: forMs };
  }

  async #fail(step: Step, direction: Direction, error: unknown): Promise<RunResult | undefined> {
    const known = error instanceof RetryableError;
    const code = known ? error.code : 'saga.bug';
    const message = error instanceof Error ? error.message : String(error);
    if (!known) this.#ports.log.error(`${step.name} threw what it should not`, { ...this.#about(step, direction), error });
    await this.#write(step, direction, known ? 'unavailable' : 'failed', { code, detail: { ...(known && error.detail), message } });
    this.#failures += 1;
    if (this.#failures >= (known ? step.retry.attempts : maxBugAttempts)) {
      return (await this.#overtaken(step, direction)) ? undefined : this.#stop(step, direction, code, message);
    }
    const delayMs = backoffDelay(step.retry, this.#failures, known ? error.retryAfterMs : undefined, this.#ports.random);
    await this.#settle(step, { phase: 'retrying', status: this.#progress.status, delayMs, error: { code, message } });
    return { outcome: 'delayed', delayMs };
  }

  /**
   * Whether the step has got its final outcome from an older claim since this one read the journal: that worker was slow and not dead.
   * It may have gone through all steps and unlocked the order, so what this claim met there is no reason to stop or to wait for a person.
   */
  async #overtaken(step: Step, direction: Direction): Promise<boolean> {
    for (const entry of await this.#ports.journal.read(this.#claim.sagaId)) this.#follow(entry);
    const next = this.#progress.next();
    return 'end' in next || next.step !== step || next.direction !== direction;
  }

  /** Settled before the entry is written: a zombie, whose view is outdated, learns there that its claim is lost and writes nothing. */
  async #stopAtOnce(step: Step, direction: Direction, { code, message, detail }: NonRetryableError | StopSaga): Promise<RunResult | undefined> {
    if (await this.#overtaken(step, direction)) return undefined;
    const stopped = await this.#stop(step, direction, code, message);
    await this.#write(step, direction, 'failed', { code, detail: { ...detail, message } });
    return stopped;
  }

  async #stop(step: Step, direction: Direction, code: string, message: string): Promise<RunResult> {
    const status = 'error';
    this.#ports.log.error(`saga stopped at ${step.name}: ${message}`, { ...this.#about(step, direction), code });
    await this.#settle(step, { phase: 'stopped', status, error: { code, message } });
    // A cancel that was written while this was settled saw a saga that had not stopped. Both write first and look then, so one of them sees the other.
    if (!(await this.#overtaken(step, direction))) return { outcome: 'stopped', status };
    await this.#settle(step, { phase: 'running', status: this.#progress.status, delayMs: 0 });
    return { outcome: 'delayed', delayMs: 0 };
  }

  #settle({ name }: Step, stateUpdate: Omit<SagaStateUpdate, 'step' | 'failures'>): Promise<void> {
    return this.#ports.sagas.saveState(this.#claim, { ...stateUpdate, step: name, failures: this.#failures });
  }

  async #end({ status, code, message, compensated, terminated }: End): Promise<RunResult> {
    if (!compensated) {
      const { state, completed } = this.#progress;
      for (const step of this.#type.steps) if (terminated) await step.onTerminated?.(state, this.#context(step, 'run', new AbortController().signal));
      for (const step of completed) await step.onComplete?.(state, this.#common);
    }
    await this.#ports.sagas.saveState(this.#claim, {
      phase: 'ended',
      status,
      failures: 0,
      ...(code !== undefined && { error: { code, message: message ?? code } }),
    });
    for (const what of this.#afterComplete) {
      await what().catch((error: unknown) => this.#ports.log.warn('what was to follow the end of a saga did not', { saga_id: this.#claim.sagaId, error }));
    }
    return { outcome: 'ended', status };
  }

  /**
   * Writes an entry and goes on from the one that stands: another worker may have been first, and its word counts.
   * If that worker's claim is newer, this one is a ghost whose picture of the saga is out of date, and it must not act on it:
   * it could hold and clear an order for a saga that has long ended.
   */
  async #write(
    step: Step,
    direction: Direction,
    outcome: Outcome,
    { status = this.#progress.status, ...said }: Partial<Pick<Entry, 'status' | 'title' | 'code' | 'output'>> & Pick<Entry, 'detail'>,
    discriminator: string | number = this.#claim.epoch,
  ): Promise<Entry> {
    const { sagaId, epoch, resumed, metadata } = this.#claim;
    const at = { name: step.name, direction, outcome };
    const entry: Entry = {
      key: entryKey(sagaId, at, discriminator),
      sagaId,
      seq: this.#progress.nextSeq,
      step: { ...at, attempt: this.#failures + 1 },
      epoch,
      status,
      title: titleOf(step, direction, outcome),
      retried: resumed,
      ...said,
    };
    const state = outcome === 'done' ? { ...this.#progress.state, ...entry.output } : this.#progress.state;
    const stands = await this.#ports.journal.write(entry, metadata, state);
    this.#follow(stands);
    return stands;
  }

  /** Goes on from an entry that stands in the journal. One of a newer claim means that this worker is a zombie. */
  #follow(entry: Entry): void {
    const { epoch } = this.#claim;
    if (entry.epoch > epoch) throw new ClaimLost(`${entry.key} was written by epoch ${entry.epoch}, this is ${epoch}`);
    this.#progress.take(entry);
  }

  #about(step: Step, direction: Direction): object {
    const { sagaId, correlationId, epoch } = this.#claim;
    return { saga_id: sagaId, correlation_id: correlationId, saga_type: this.#type.type, step: step.name, direction, epoch, attempt: this.#failures + 1 };
  }
}

const undone = async (step: Step, state: object, context: StepContext): Promise<StepResult<object>> => (await step.undo!(state, context)) ?? done({});

const titleOf = (step: Step, direction: Direction, outcome: Outcome): string => {
  if (outcome === 'done') return direction === 'run' ? step.title : `Undone: ${step.title}`;
  return `${direction === 'undo' ? 'Undo of ' : ''}${step.name}: ${outcome.replace('-', ' ')}`;
};
