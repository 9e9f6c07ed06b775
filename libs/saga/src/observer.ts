import type { Claim, SagaStateUpdate } from './claim.js';
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
