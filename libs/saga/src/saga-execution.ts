import { backoffDelay } from './backoff.js';
import type { Claim, SagaStateUpdate } from './claim.js';
import { ClaimLost, DeferStep, NonRetryableError, RetryableError, StopSaga, StoreUnavailable } from './errors.js';
import type { Entry, Outcome } from './journal.js';
import { entryKey } from './journal.js';
import type { Attempt, AttemptOutcome } from './observer.js';
import type { RunResult, SagaRunnerPorts } from './run-saga.js';
import type { SagaType } from './saga.js';
import type { SagaEnd, SagaState } from './saga-state.js';
import type { Direction, Step, StepContext, StepLog, StepResult } from './step.js';
import { done } from './step.js';
import { throwIfLost, withTimeout } from './with-timeout.js';

/** Claims in a row that ended in a crash. After more, the saga itself is taken for the cause and stops. */
const maxCrashes = 20;

/** Attempts of a step that fails with an unexpected error: it may be temporary. */
const maxBugAttempts = 3;

/** One execution of a saga under one claim. */
export class SagaExecution<Metadata> {
  readonly #type: SagaType;
  readonly #claim: Claim<Metadata>;
  readonly #ports: SagaRunnerPorts<Metadata>;
  readonly #state: SagaState;
  readonly #afterComplete: (() => Promise<void>)[] = [];
  /** Failed attempts of the current step. */
  #failures: number;
  #current: { step: Step; direction: Direction } | undefined;

  constructor(type: SagaType, claim: Claim<Metadata>, ports: SagaRunnerPorts<Metadata>, state: SagaState) {
    this.#type = type;
    this.#claim = claim;
    this.#ports = ports;
    this.#state = state;
    this.#failures = claim.failures;
  }

  /** Runs step after step. Throws StoreUnavailable and ClaimLost. */
  async run(): Promise<RunResult> {
    const crashes = this.#claim.epoch - Math.max(this.#claim.settledEpoch, this.#state.lastEpoch) - 1;
    for (;;) {
      const next = this.#state.next();
      if ('end' in next) return this.#end(next.end);
      if (crashes > maxCrashes) {
        return this.#stop(next.step, next.direction, 'saga.crashes_workers', `${crashes} workers in a row crashed while they ran this saga.`);
      }
      if (this.#claim.phase === 'awaiting_approval' && next.direction === 'run') {
        if (await this.#isOvertaken(next.step, next.direction)) continue;
        return this.#stop(next.step, next.direction, 'step.no_answer', `${next.step.name} was neither approved nor rejected in time.`);
      }
      const result = await this.#attempt(next.step, next.direction);
      if (result) return result;
      this.#failures = 0;
    }
  }

  /** Returns the fields that every log line about the current attempt carries. */
  about(): object {
    const { sagaId, correlationId, epoch } = this.#claim;
    const current = this.#current && { step: this.#current.step.name, direction: this.#current.direction, attempt: this.#failures + 1 };
    return { saga_id: sagaId, correlation_id: correlationId, saga_type: this.#type.type, ...current, epoch };
  }

  /** Makes one attempt of one step. Returns undefined when the next step can follow at once. */
  async #attempt(step: Step, direction: Direction): Promise<RunResult | undefined> {
    const abort = new AbortController();
    const context = this.#context(step, direction, abort.signal);
    const observed = this.#observe({ type: this.#type.type, step: step.name, direction, context });
    try {
      throwIfLost(this.#claim.lost);
      const attempt = direction === 'run' ? step.run(this.#state.values, context) : step.undo!(this.#state.values, context);
      const result = await (this.#ports.withTimeout ?? withTimeout)<StepResult<object> | void>(step, attempt, abort, this.#claim.lost);
      observed('done');
      const { output, detail } = result ?? done({});
      const status = direction === 'run' ? step.status.done : this.#state.status;
      await this.#write(step, direction, 'done', { status, output, detail });
      return undefined;
    } catch (error) {
      observed(outcomeOf(error, direction), error);
      if (error instanceof StoreUnavailable || error instanceof ClaimLost) throw error;
      if (error instanceof DeferStep) return this.#defer(step, direction, error);
      if (error instanceof NonRetryableError && direction === 'run') return this.#reject(step, error);
      if (error instanceof NonRetryableError || error instanceof StopSaga) return this.#stopAtOnce(step, direction, error);
      return this.#fail(step, direction, error);
    }
  }

  /** Reports the start of an attempt, and returns the function that reports its end once. An error in writing its entry is not its outcome. */
  #observe(attempt: Attempt): (outcome: AttemptOutcome, error?: unknown) => void {
    const { observers = [] } = this.#ports;
    let isOver = false;
    for (const observer of observers) observer.attemptStarted?.(attempt);
    return (outcome, error) => {
      if (!isOver) for (const observer of observers) observer.attemptEnded?.(attempt, outcome, error);
      isOver = true;
    };
  }

  #context(step: Step, direction: Direction, signal: AbortSignal): StepContext {
    const { sagaId, correlationId } = this.#claim;
    this.#current = { step, direction };
    return {
      ...this.#completion,
      correlationId,
      attempt: this.#failures + 1,
      compensationCause: this.#state.compensationCause,
      signal,
      record: async (label, value, { status = this.#state.status, title, ...detail } = {}) => {
        const known = this.#state.recorded(entryKey(sagaId, { name: step.name, direction, outcome: 'recorded' }, label));
        const recorded = known ?? (await this.#write(step, direction, 'recorded', { status, output: value, detail, ...(title && { title }) }, label)).output;
        return recorded as typeof value;
      },
    };
  }

  /** The context of `onComplete`. */
  get #completion(): Pick<StepContext, 'sagaId' | 'epoch' | 'log' | 'afterComplete'> {
    const { sagaId, epoch } = this.#claim;
    return { sagaId, epoch, log: withFields(this.#ports.log, this.about()), afterComplete: (task) => void this.#afterComplete.push(task) };
  }

  async #reject(step: Step, { code, message, detail }: NonRetryableError): Promise<undefined> {
    await this.#write(step, 'run', 'rejected', { code, detail: { ...detail, message } });
  }

  async #defer(step: Step, direction: Direction, { code, message, wait, detail }: DeferStep): Promise<RunResult | undefined> {
    const { delayMs, onTimeout, status = this.#state.status } = wait;
    if (onTimeout === 'stop' && (await this.#isOvertaken(step, direction))) return undefined;
    await this.#write(step, direction, 'deferred', { code, status, detail: { ...detail, message } }, code);
    await this.#saveState(step, { phase: onTimeout === 'stop' ? 'awaiting_approval' : 'waiting', status, delayMs, error: { code, message } });
    return { outcome: 'waiting', delayMs };
  }

  async #fail(step: Step, direction: Direction, error: unknown): Promise<RunResult> {
    const isRetryable = error instanceof RetryableError;
    const code = isRetryable ? error.code : 'saga.bug';
    const message = error instanceof Error ? error.message : String(error);
    if (!isRetryable) this.#ports.log.error(`${step.name} failed with an unexpected error`, { ...this.about(), error });
    await this.#write(step, direction, isRetryable ? 'unavailable' : 'failed', { code, detail: { ...(isRetryable && error.detail), message } });
    this.#failures += 1;
    if (this.#failures >= (isRetryable ? step.retry.attempts : maxBugAttempts)) {
      // An attempt that timed out may still run under this claim, so only a newer claim may compensate or go on.
      return (await this.#isOvertaken(step, direction)) ? this.#handOver(step) : this.#stop(step, direction, code, message);
    }
    const delayMs = backoffDelay(step.retry, this.#failures, isRetryable ? error.retryAfterMs : undefined, this.#ports.random);
    await this.#saveState(step, { phase: 'retrying', status: this.#state.status, delayMs, error: { code, message } });
    return { outcome: 'retry', delayMs };
  }

  /**
   * Returns whether an older claim has written the step's final outcome since this one read the journal: its worker was slow, not dead.
   * That worker may have run all steps and unlocked the order. Then the error of this claim is no reason to stop or to await an approval.
   */
  async #isOvertaken(step: Step, direction: Direction): Promise<boolean> {
    for (const entry of await this.#ports.journal.read(this.#claim.sagaId)) this.#apply(entry);
    const next = this.#state.next();
    return 'end' in next || next.step !== step || next.direction !== direction;
  }

  /** Saves the state before the entry: a zombie worker finds there that its claim is lost, and writes no entry. */
  async #stopAtOnce(step: Step, direction: Direction, { code, message, detail }: NonRetryableError | StopSaga): Promise<RunResult | undefined> {
    if (await this.#isOvertaken(step, direction)) return undefined;
    const stopped = await this.#stop(step, direction, code, message);
    await this.#write(step, direction, 'failed', { code, detail: { ...detail, message } });
    return stopped;
  }

  async #stop(step: Step, direction: Direction, code: string, message: string): Promise<RunResult> {
    const status = 'error';
    this.#ports.log.error(`saga stopped at ${step.name}: ${message}`, { ...this.about(), step: step.name, direction, attempt: this.#failures + 1, code });
    await this.#saveState(step, { phase: 'stopped', status, error: { code, message } });
    // A concurrent cancel may have seen a saga that had not stopped yet. Both write before they read, so one of them sees the other.
    if (!(await this.#isOvertaken(step, direction))) return { outcome: 'stopped', status };
    return this.#handOver(step);
  }

  /** Leaves the saga to the next claim, which is due now. */
  async #handOver(step: Step): Promise<RunResult> {
    await this.#saveState(step, { phase: 'running', status: this.#state.status, delayMs: 0 });
    return { outcome: 'retry', delayMs: 0 };
  }

  async #end({ status, code, message, compensated, terminated }: SagaEnd): Promise<RunResult> {
    if (!compensated) {
      const { values, completed } = this.#state;
      for (const step of this.#type.steps) if (terminated) await step.onTerminated?.(values, this.#context(step, 'run', new AbortController().signal));
      for (const step of completed) await step.onComplete?.(values, this.#completion);
    }
    await this.#save({ phase: 'ended', status, failures: 0, ...(code !== undefined && { error: { code, message: message ?? code } }) });
    for (const task of this.#afterComplete) {
      await task().catch((error: unknown) => this.#ports.log.warn('a task after the completion of a saga failed', { ...this.about(), error }));
    }
    return { outcome: 'completed', status };
  }

  #saveState({ name }: Step, update: Omit<SagaStateUpdate, 'step' | 'failures'>): Promise<void> {
    return this.#save({ ...update, step: name, failures: this.#failures });
  }

  async #save(update: SagaStateUpdate): Promise<void> {
    await this.#ports.sagas.saveState(this.#claim, update);
    for (const observer of this.#ports.observers ?? []) observer.stateSaved?.(this.#claim, update);
  }

  /**
   * Writes an entry, and continues from the one that is stored: another worker may have been first, and its entry is valid.
   * If that worker's claim is newer, this one is a zombie with an outdated view. Without ClaimLost here, it could lock and clear an order
   * for a saga that has long ended.
   */
  async #write(
    step: Step,
    direction: Direction,
    outcome: Outcome,
    { status = this.#state.status, ...fields }: Partial<Pick<Entry, 'status' | 'title' | 'code' | 'output'>> & Pick<Entry, 'detail'>,
    discriminator: string | number = this.#claim.epoch,
  ): Promise<Entry> {
    const { sagaId, epoch, resumed, metadata } = this.#claim;
    const stepOutcome = { name: step.name, direction, outcome };
    const entry: Entry = {
      key: entryKey(sagaId, stepOutcome, discriminator),
      sagaId,
      seq: this.#state.nextSeq,
      step: { ...stepOutcome, attempt: this.#failures + 1 },
      epoch,
      status,
      title: titleOf(step, direction, outcome),
      retried: resumed,
      ...fields,
    };
    const values = outcome === 'done' ? { ...this.#state.values, ...entry.output } : this.#state.values;
    const stored = await this.#ports.journal.write(entry, metadata, values);
    this.#apply(stored);
    return stored;
  }

  /** Applies an entry of the journal. Throws ClaimLost for one of a newer claim: then this worker is a zombie. */
  #apply(entry: Entry): void {
    const { epoch } = this.#claim;
    if (entry.epoch > epoch) throw new ClaimLost(`${entry.key} was written by epoch ${entry.epoch}, this is ${epoch}`);
    this.#state.apply(entry);
  }
}

const outcomeOf = (error: unknown, direction: Direction): AttemptOutcome => {
  if (error instanceof RetryableError) return 'unavailable';
  if (error instanceof DeferStep) return 'deferred';
  // Compensation cannot be rejected.
  if (error instanceof NonRetryableError && direction === 'run') return 'rejected';
  if (error instanceof StoreUnavailable) return 'store-unavailable';
  return error instanceof ClaimLost ? 'claim-lost' : 'failed';
};

const withFields = (log: StepLog, fields: object): StepLog => ({
  info: (message, more) => log.info(message, { ...more, ...fields }),
  warn: (message, more) => log.warn(message, { ...more, ...fields }),
  error: (message, more) => log.error(message, { ...more, ...fields }),
});

const titleOf = (step: Step, direction: Direction, outcome: Outcome): string => {
  if (outcome === 'done') return direction === 'run' ? step.title : `Undone: ${step.title}`;
  return `${direction === 'undo' ? 'Undo of ' : ''}${step.name}: ${outcome}`;
};
