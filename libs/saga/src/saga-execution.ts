import { backoffDelay } from './backoff.js';
import type { Claim, SagaStateUpdate } from './claim.js';
import type { EntryFields, NumberedAttempt } from './claimed-journal.js';
import { ClaimedJournal } from './claimed-journal.js';
import { ClaimLost, DeferStep, NonRetryableError, RetryableError, StopSaga, StoreUnavailable } from './errors.js';
import type { Entry, Outcome } from './journal.js';
import { observeAttempt } from './observer.js';
import type { RunResult, SagaRunnerPorts } from './run-saga.js';
import type { SagaType } from './saga.js';
import type { Next, SagaEnd, SagaState } from './saga-state.js';
import type { Step, StepContext, StepLog, StepResult } from './step.js';
import { done } from './step.js';
import { throwIfLost, withTimeout } from './with-timeout.js';

/** Claims in a row that ended in a crash. After more, the saga itself is taken for the cause and stops. */
const maxCrashes = 20;

/** Attempts of a step that fails with an unexpected error: it may be temporary. */
const maxBugAttempts = 3;

/** The step that the saga is at, and its direction. */
type Current = Extract<Next, { step: Step }>;

/** One execution of a saga under one claim. */
export class SagaExecution<Metadata> {
  readonly #type: SagaType;
  readonly #claim: Claim<Metadata>;
  readonly #ports: SagaRunnerPorts<Metadata>;
  readonly #state: SagaState;
  readonly #journal: ClaimedJournal<Metadata>;
  readonly #afterComplete: (() => Promise<void>)[] = [];
  /** Failed attempts of the current step. */
  #failures: number;
  #current: Current | undefined;

  constructor(type: SagaType, claim: Claim<Metadata>, ports: SagaRunnerPorts<Metadata>, state: SagaState) {
    this.#type = type;
    this.#claim = claim;
    this.#ports = ports;
    this.#state = state;
    this.#journal = new ClaimedJournal(claim, ports.journal, state);
    this.#failures = claim.failures;
  }

  /** Runs step after step. Throws StoreUnavailable and ClaimLost. */
  async run(): Promise<RunResult> {
    const crashes = this.#claim.epoch - Math.max(this.#claim.settledEpoch, this.#state.lastEpoch) - 1;
    for (;;) {
      const next = this.#state.next();
      if ('end' in next) return this.#end(next.end);
      this.#current = next;
      if (crashes > maxCrashes) return this.#stop(next, 'saga.crashes_workers', `${crashes} workers in a row crashed while they ran this saga.`);
      if (this.#claim.phase === 'awaiting_approval' && next.direction === 'run') {
        if (await this.#isOvertaken(next)) continue;
        return this.#stop(next, 'step.no_answer', `${next.step.name} was neither approved nor rejected in time.`);
      }
      const result = await this.#attempt(next);
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
  async #attempt(current: Current): Promise<RunResult | undefined> {
    const { step, direction } = current;
    const abort = new AbortController();
    const context = this.#context(current, abort.signal);
    const observed = observeAttempt(this.#ports.observers ?? [], { type: this.#type.type, step: step.name, direction, context });
    try {
      throwIfLost(this.#claim.lost);
      const attempt = direction === 'run' ? step.run(this.#state.values, context) : step.undo!(this.#state.values, context);
      const result = await (this.#ports.withTimeout ?? withTimeout)<StepResult<object> | void>(step, attempt, abort, this.#claim.lost);
      observed('done');
      const { output, detail } = result ?? done({});
      const final = await this.#write(current, 'done', { ...(direction === 'run' && { status: step.status.done }), output, detail });
      return final.step.outcome === 'rejected' && !step.undo ? this.#stopContradicted(current, final) : undefined;
    } catch (error) {
      observed('error', error);
      if (error instanceof StoreUnavailable || error instanceof ClaimLost) throw error;
      if (error instanceof DeferStep) return this.#defer(current, error);
      if (error instanceof NonRetryableError && direction === 'run') return this.#reject(current, error);
      if (error instanceof NonRetryableError || error instanceof StopSaga) return this.#stopAtOnce(current, error);
      return this.#fail(current, error);
    }
  }

  #context(current: Current, signal: AbortSignal): StepContext {
    const attempt = this.#numbered(current);
    return {
      ...this.#completion,
      correlationId: this.#claim.correlationId,
      attempt: attempt.number,
      compensationCause: this.#state.compensationCause,
      signal,
      record: (label, value, entry) => this.#journal.record(attempt, label, value, entry),
    };
  }

  /** The context of `onComplete`. */
  get #completion(): Pick<StepContext, 'sagaId' | 'epoch' | 'log' | 'afterComplete'> {
    const { sagaId, epoch } = this.#claim;
    return { sagaId, epoch, log: withFields(this.#ports.log, this.about()), afterComplete: (task) => void this.#afterComplete.push(task) };
  }

  async #reject(current: Current, { code, message, detail }: NonRetryableError): Promise<undefined> {
    await this.#write(current, 'rejected', { code, detail: { ...detail, message } });
  }

  async #defer(current: Current, { code, message, wait, detail }: DeferStep): Promise<RunResult | undefined> {
    const { delayMs, onTimeout, status = this.#state.status } = wait;
    if (onTimeout === 'stop' && (await this.#isOvertaken(current))) return undefined;
    await this.#write(current, 'deferred', { code, status, detail: { ...detail, message } }, code);
    await this.#saveState(current, { phase: onTimeout === 'stop' ? 'awaiting_approval' : 'waiting', status, delayMs, error: { code, message } });
    return { outcome: 'waiting', delayMs };
  }

  async #fail(current: Current, error: unknown): Promise<RunResult> {
    const { name, retry } = current.step;
    const isRetryable = error instanceof RetryableError;
    const code = isRetryable ? error.code : 'saga.bug';
    const message = error instanceof Error ? error.message : String(error);
    if (!isRetryable) this.#ports.log.error(`${name} failed with an unexpected error`, { ...this.about(), error });
    await this.#write(current, isRetryable ? 'unavailable' : 'failed', { code, detail: { ...(isRetryable && error.detail), message } });
    this.#failures += 1;
    if (this.#failures >= (isRetryable ? retry.attempts : maxBugAttempts)) {
      // An attempt that timed out may still run under this claim, so only a newer claim may compensate or go on.
      return (await this.#isOvertaken(current)) ? this.#handOver(current) : this.#stop(current, code, message);
    }
    const delayMs = backoffDelay(retry, this.#failures, isRetryable ? error.retryAfterMs : undefined, this.#ports.random);
    await this.#saveState(current, { phase: 'retrying', status: this.#state.status, delayMs, error: { code, message } });
    return { outcome: 'retry', delayMs };
  }

  /**
   * Returns whether an older claim has written the step's final outcome since this one read the journal: its worker was slow, not dead.
   * That worker may have run all steps and unlocked the order. Then the error of this claim is no reason to stop or to await an approval.
   */
  async #isOvertaken({ step, direction }: Current): Promise<boolean> {
    await this.#journal.readAgain();
    const next = this.#state.next();
    return 'end' in next || next.step !== step || next.direction !== direction;
  }

  /** Saves the state before the entry: a zombie worker finds there that its claim is lost, and writes no entry. */
  async #stopAtOnce(current: Current, { code, message, detail }: NonRetryableError | StopSaga): Promise<RunResult | undefined> {
    if (await this.#isOvertaken(current)) return undefined;
    const stopped = await this.#stop(current, code, message);
    await this.#write(current, 'failed', { code, detail: { ...detail, message } });
    return stopped;
  }

  /**
   * Stops a saga whose step took effect, although an older claim had recorded a rejection by then. The step has no undo, so only a person can decide
   * whether the earlier steps are compensated. A resumed saga is compensated.
   */
  #stopContradicted(current: Current, { code: rejection, epoch }: Entry): Promise<RunResult> {
    const message = `${current.step.name} succeeded, but claim ${epoch} had recorded a rejection${rejection === undefined ? '' : ` (${rejection})`}.`;
    return this.#saveStopped(current, 'step.contradicted', message);
  }

  async #stop(current: Current, code: string, message: string): Promise<RunResult> {
    const stopped = await this.#saveStopped(current, code, message);
    // A concurrent cancel may have seen a saga that had not stopped yet. Both write before they read, so one of them sees the other.
    return (await this.#isOvertaken(current)) ? this.#handOver(current) : stopped;
  }

  async #saveStopped(current: Current, code: string, message: string): Promise<RunResult> {
    const status = 'error';
    this.#ports.log.error(`saga stopped at ${current.step.name}: ${message}`, { ...this.about(), code });
    await this.#saveState(current, { phase: 'stopped', status, error: { code, message } });
    return { outcome: 'stopped', status };
  }

  /** Leaves the saga to the next claim, which is due now. */
  async #handOver(current: Current): Promise<RunResult> {
    await this.#saveState(current, { phase: 'running', status: this.#state.status, delayMs: 0 });
    return { outcome: 'retry', delayMs: 0 };
  }

  async #end({ status, code, message, compensated, terminated }: SagaEnd): Promise<RunResult> {
    const { values, completed } = this.#state;
    for (const step of terminated ? this.#type.steps : []) {
      this.#current = { step, direction: 'run' };
      await step.onTerminated?.(values, this.#context(this.#current, new AbortController().signal));
    }
    for (const step of compensated ? [] : completed) await step.onComplete?.(values, this.#completion);
    await this.#save({ phase: 'ended', status, failures: 0, ...(code !== undefined && { error: { code, message: message ?? code } }) });
    for (const task of this.#afterComplete) {
      await task().catch((error: unknown) => this.#ports.log.warn('a task after the completion of a saga failed', { ...this.about(), error }));
    }
    return { outcome: 'completed', status };
  }

  #saveState({ step }: Current, update: Omit<SagaStateUpdate, 'step' | 'failures'>): Promise<void> {
    return this.#save({ ...update, step: step.name, failures: this.#failures });
  }

  async #save(update: SagaStateUpdate): Promise<void> {
    await this.#ports.sagas.saveState(this.#claim, update);
    for (const observer of this.#ports.observers ?? []) observer.stateSaved?.(this.#claim, update);
  }

  #write(current: Current, outcome: Outcome, fields: EntryFields, discriminator?: string): Promise<Entry> {
    return this.#journal.write(this.#numbered(current), outcome, fields, discriminator);
  }

  #numbered(current: Current): NumberedAttempt {
    return { ...current, number: this.#failures + 1 };
  }
}

const withFields = (log: StepLog, fields: object): StepLog => ({
  info: (message, more) => log.info(message, { ...more, ...fields }),
  warn: (message, more) => log.warn(message, { ...more, ...fields }),
  error: (message, more) => log.error(message, { ...more, ...fields }),
});
