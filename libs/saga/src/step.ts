import type { RetryPolicy } from './backoff.js';

/** `run` goes forward, `undo` compensates. */
export type Direction = 'run' | 'undo';

/** The detail of a log entry, in addition to the step's name and outcome. Stored unchanged. */
export interface EntryDetail {
  message?: string;
  extra_data?: object;
  outbound_request?: object;
}

/** The result of a step: its output for the steps after it, and the detail of its log entry. */
export interface StepResult<Output extends object> {
  output: Output;
  detail: EntryDetail;
}

/** Returns the result of a step that is done. */
export const done = <Output extends object>(output: Output, detail: EntryDetail = {}): StepResult<Output> => ({ output, detail });

/** The log of one attempt: every line carries the ids of the saga, the step and the attempt. */
export interface StepLog {
  info(message: string, metadata?: object): void;
  warn(message: string, metadata?: object): void;
  error(message: string, metadata?: object): void;
}

/** The step whose outcome started the compensation. */
export interface CompensationCause {
  step: string;
  outcome: 'rejected' | 'canceled';
}

/** Values of one attempt of one step. Dependencies come by closure. */
export interface StepContext {
  sagaId: string;
  correlationId: string;
  /** The number of the claim, a fencing token. Every write carries it, so that a worker that lost its claim writes nothing. */
  epoch: number;
  /** 1 for the first attempt. */
  attempt: number;
  /** What started the compensation; undefined while the saga runs forward. */
  compensationCause: CompensationCause | undefined;
  /** Aborted at the step's timeout, or when the claim is lost. */
  signal: AbortSignal;
  log: StepLog;
  /** Registers a task that runs after the saga's end is saved. Best effort: a crash in between loses it. */
  afterComplete(task: () => Promise<void>): void;
  /**
   * Writes `value` into the journal under `label` before the step acts on it, unless an earlier attempt did, and returns the stored value.
   * Without it, a repeated attempt after a crash could decide differently.
   */
  record<T extends object>(label: string, value: T, entry?: RecordedEntry): Promise<T>;
}

/** The log entry of a recorded value. */
export interface RecordedEntry extends EntryDetail {
  title?: string;
  /** The saga's status from here on. */
  status?: string;
}

interface StepBase<Input extends object, Output extends object> {
  name: string;
  /** The title of the step's log entry once it is done. */
  title: string;
  /** The saga's status once the step is done, and after it was rejected. */
  status: { done: string; rejected: string };
  retry: RetryPolicy;
  /** Milliseconds one attempt may take. */
  timeoutMs: number;
  run(state: Input, context: StepContext): Promise<StepResult<Output>>;
  /** Called when an operator terminated the saga while this step was open. Records what the step did. Must be repeatable. */
  onTerminated?(state: Partial<Input>, context: StepContext): Promise<void>;
  /** Releases what the step holds until the saga ends. Called when the saga ends without compensation. Must be repeatable. */
  onComplete?(state: Input & Output, context: Pick<StepContext, 'sagaId' | 'epoch' | 'log' | 'afterComplete'>): Promise<void>;
}

/** A step that can be compensated. `undo` must be repeatable, and must work when `run` took effect in part or not at all. */
export interface CompensatableStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  /** Its output appears in the log entry only and records what the compensation changed. No step reads it. */
  undo(state: Input & Partial<Output>, context: StepContext): Promise<StepResult<object> | void>;
}

/** The step after which the saga can only go forward. */
export interface PivotStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  undo?: never;
}

/** A step after the pivot. It may be late and cannot be rejected. */
export interface RetriableStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  undo?: never;
}

/** A step as the kernel runs it, after the chain has checked that inputs and outputs fit. */
export interface Step extends StepBase<object, object> {
  undo?(state: object, context: StepContext): Promise<StepResult<object> | void>;
}
