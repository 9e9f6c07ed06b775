/** The right to advance one saga, until a newer claim is made. */
export interface Claim<Metadata = unknown> {
  sagaId: string;
  correlationId: string;
  type: string;
  version: number;
  /** Counts the claims of this saga. The highest is the only valid one. */
  epoch: number;
  /** The epoch that last left the saga in order; the claims between it and ours ended in a crash. */
  settledEpoch: number;
  /** Failed attempts of the current step since it was begun or the saga was resumed. */
  failures: number;
  /** Whether an operator resumed the saga. */
  resumed: boolean;
  /** Where the last settlement left it. */
  phase: Phase;
  request: unknown;
  /** What else the saga's document holds that the journal wants for its entries. The kernel only passes it on. */
  metadata: Metadata;
  /** Aborted with ClaimLost once the claim no longer holds the saga, or may not: the attempt under way ends then. Absent where claims are not watched. */
  lost?: AbortSignal;
}

/** What stands between a saga and its end. `waiting` looks again by itself; `parked` waits for a word from outside. */
export type Phase = 'running' | 'waiting' | 'awaiting_approval' | 'retrying' | 'stopped' | 'ended';

export interface SagaStateUpdate {
  phase: Phase;
  status: string;
  /** Step the saga stands at; absent once it has ended. */
  step?: string;
  /** Milliseconds until someone should look again; absent when nobody needs to. */
  delayMs?: number;
  failures: number;
  /** Why it rests, stopped or was refused. */
  error?: { code: string; message: string };
}

/** The sagas' documents, as far as the kernel needs them. All may throw StoreUnavailable. */
export interface Sagas<Metadata> {
  /**
   * Takes the saga if it is due: raises its epoch and holds it for some seconds.
   * `not-due`: there is nothing to do, or somebody else does it. `not-ours`: it is of a type or version this worker does not know.
   */
  claim(sagaId: string): Promise<Claim<Metadata> | 'not-due' | 'not-ours'>;
  /** Leaves the saga in order, if the claim still stands. Throws ClaimLost when it does not. */
  saveState(claim: Claim<Metadata>, stateUpdate: SagaStateUpdate): Promise<void>;
}
