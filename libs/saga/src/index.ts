/** The kernel: what a saga is and how it moves. It knows no order, no database and no queue. */
export { createAdvance } from './advance.js';
export type { Claim, Phase, Sagas, Settlement } from './claim.js';
export type { ErrorDetail, Wait } from './errors.js';
export { ClaimLost, StepRefused, StepUnavailable, StepWaits, StopSaga, StoreUnavailable } from './errors.js';
export type { InTime } from './in-time.js';
export { tookTooLong } from './in-time.js';
export type { Entry, Journal, Outcome } from './journal.js';
export { entryKey, isVerdict } from './journal.js';
export { Progress } from './progress.js';
export type { RetryPolicy } from './retry.js';
export { restAfter } from './retry.js';
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
export type { Advance, AdvancePorts } from './turn.js';
