/** The saga kernel: define a saga, run it, compensate it, decide about it from outside. It depends on no business, no database and no queue. */
export { createSagaRunner } from './run-saga.js';
export type { Claim, Phase, Sagas, SagaStateUpdate } from './claim.js';
export type { ErrorDetail, Wait } from './errors.js';
export { ClaimLost, NonRetryableError, RetryableError, DeferStep, StopSaga, StoreUnavailable } from './errors.js';
export type { WithTimeout } from './with-timeout.js';
export { timeoutError } from './with-timeout.js';
export type { Entry, Journal, Outcome } from './journal.js';
export { entryKey, isFinal } from './journal.js';
export { SagaState } from './saga-state.js';
export type { Decisions, SagaRead, SignalPorts, StoredSaga } from './decisions.js';
export type { DecidedStep, DecisionEntry } from './final-outcome.js';
export { finalOutcomeIn, recordOutcome, valuesIn } from './final-outcome.js';
export type { CancelResult, DescribeTermination, Pause, TerminateResult } from './signal-saga.js';
export { cancelSaga, decideStep, retryWhileMoved, terminateSaga } from './signal-saga.js';
export type { RetryPolicy } from './backoff.js';
export { backoffDelay } from './backoff.js';
export type { Compensatable, Retriable, SagaType } from './saga.js';
export { saga } from './saga.js';
export type {
  CompensatableStep,
  Direction,
  EntryDetail,
  PivotStep,
  RecordedEntry,
  RetriableStep,
  Step,
  StepContext,
  StepLog,
  StepResult,
} from './step.js';
export { done } from './step.js';
export type { Attempt, AttemptOutcome, SagaObserver } from './observer.js';
export type { RunResult, SagaRunnerPorts } from './run-saga.js';
