import type { Claim, SagaStateUpdate } from './claim.js';
import { ClaimLost, DeferStep, NonRetryableError, RetryableError, StoreUnavailable } from './errors.js';
import type { Outcome } from './journal.js';
import type { Direction, StepContext } from './step.js';

/** One attempt of one step. */
export interface Attempt {
  type: string;
  step: string;
  direction: Direction;
  context: StepContext;
}

/** The outcome of an attempt. `store-unavailable` and `claim-lost` leave no entry in the journal. */
export type AttemptOutcome = Extract<Outcome, 'done' | 'rejected' | 'unavailable' | 'failed' | 'deferred'> | 'store-unavailable' | 'claim-lost';

/** Follows the executions of one worker, for metrics, traces and the renewal of claims. Its methods return at once and never throw. */
export interface SagaObserver<Metadata> {
  claimed?(claim: Claim<Metadata>): void;
  attemptStarted?(attempt: Attempt): void;
  attemptEnded?(attempt: Attempt, outcome: AttemptOutcome, error?: unknown): void;
  /** The saga's state was saved, so this execution leaves nothing open. */
  stateSaved?(claim: Claim<Metadata>, update: SagaStateUpdate): void;
  /** `isLost`: a newer claim exists, or the claim could not be renewed. This execution wrote no more. */
  executionEnded?(claim: Claim<Metadata>, isLost: boolean): void;
}

/** Reports the start of an attempt, and returns the function that reports its end once. An error in writing its entry is not its outcome. */
export const observeAttempt = (observers: readonly SagaObserver<never>[], attempt: Attempt): ((outcome: 'done' | 'error', error?: unknown) => void) => {
  let isOver = false;
  for (const observer of observers) observer.attemptStarted?.(attempt);
  return (outcome, error) => {
    if (!isOver) for (const observer of observers) observer.attemptEnded?.(attempt, outcome === 'done' ? 'done' : outcomeOf(error, attempt.direction), error);
    isOver = true;
  };
};

const outcomeOf = (error: unknown, direction: Direction): AttemptOutcome => {
  if (error instanceof RetryableError) return 'unavailable';
  if (error instanceof DeferStep) return 'deferred';
  // Compensation cannot be rejected.
  if (error instanceof NonRetryableError && direction === 'run') return 'rejected';
  if (error instanceof StoreUnavailable) return 'store-unavailable';
  return error instanceof ClaimLost ? 'claim-lost' : 'failed';
};
