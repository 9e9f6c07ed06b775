import type { RetryPolicy } from './backoff.js';

/** A step runs forwards; when the saga has been refused, the steps before are undone. */
export type Direction = 'run' | 'undo';

/** What a log entry may show beside the step's own facts. Everything here is stored as it is. */
export interface EntryDetail {
  message?: string;
  extra_data?: object;
  outbound_request?: object;
}

/** What a step hands back: the state it adds for the steps after it, and what its log entry shows. */
export interface StepResult<Output extends object> {
  output: Output;
  detail: EntryDetail;
}

export const done = <Output extends object>(output: Output, detail: EntryDetail = {}): StepResult<Output> => ({ output, detail });

export interface StepLog {
  info(message: string, metadata?: object): void;
  warn(message: string, metadata?: object): void;
  error(message: string, metadata?: object): void;
}

/** What lives as long as one attempt of one step. Long-lived things come by closure. */
export interface StepContext {
  sagaId: string;
  correlationId: string;
  /** The claim's number. Every write names it, so that a worker that lost its claim writes nothing. */
  epoch: number;
  /** 1 for the first attempt. */
  attempt: number;
  /** While undoing: what turned the saga round. */
  compensationCause: 'rejected' | 'canceled' | undefined;
  /** Aborted when the step's time is up or the claim is lost. */
  signal: AbortSignal;
  log: StepLog;
  /** Has this done once the saga has ended, for who must find it ended. Best effort: a crash in between loses it. */
  afterComplete(what: () => Promise<void>): void;
  /**
   * Writes `value` into the journal under `label` before the step acts on it, unless an earlier attempt did;
   * answers what the journal holds. So a crash between deciding and acting repeats the same decision.
   */
  record<T extends object>(label: string, value: T, entry?: RecordedEntry): Promise<T>;
}

export interface RecordedEntry extends EntryDetail {
  title?: string;
  /** The saga's status from here on. */
  status?: string;
}

interface StepBase<Input extends object, Output extends object> {
  name: string;
  /** What an operator reads on the timeline once the step is done. */
  title: string;
  /** The saga's status once the step is done, and when it is refused. */
  status: { done: string; rejected: string };
  retry: RetryPolicy;
  /** Milliseconds one attempt may take. */
  timeoutMs: number;
  run(state: Input, context: StepContext): Promise<StepResult<Output>>;
  /** Ended from outside before this step had a verdict of its own: says in the journal what it did unseen. Must be repeatable. */
  onTerminated?(state: Partial<Input>, context: StepContext): Promise<void>;
  /** Gives back what the step took for the saga's lifetime. Runs when the saga has come through; must be repeatable. */
  onComplete?(state: Input & Output, context: Pick<StepContext, 'sagaId' | 'epoch' | 'log' | 'afterComplete'>): Promise<void>;
}

/** A step that can be taken back. `undo` must be repeatable, and must bear that `run` took effect only in part, or unseen. */
export interface CompensatableStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  /** What it returns as `adds` stands in its log entry only: it says what the undo really did. Nothing reads it as state. */
  undo(state: Input & Partial<Output>, context: StepContext): Promise<StepResult<object> | void>;
}

/** The step after which there is no way back. */
export interface PivotStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  undo?: never;
}

/** A step behind the pivot: it may be late, it may not be refused. */
export interface RetriableStep<Input extends object, Output extends object> extends StepBase<Input, Output> {
  undo?: never;
}

/** A step as the kernel walks it, once the chain has checked that needs and adds fit. */
export interface Step extends StepBase<object, object> {
  undo?(state: object, context: StepContext): Promise<StepResult<object> | void>;
}
