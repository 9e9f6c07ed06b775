/** The right to run one saga, valid until a newer claim is made. */
export interface Claim<Metadata = unknown> {
  sagaId: string;
  correlationId: string;
  type: string;
  version: number;
  /** Counts the claims of this saga (a fencing token). Only the highest is valid. */
  epoch: number;
  /** Epoch of the last claim that ended cleanly. The claims between it and this one ended in a crash. */
  settledEpoch: number;
  /** Failed attempts of the current step since it began or the saga was resumed. */
  failures: number;
  /** Whether an operator resumed the saga. */
  resumed: boolean;
  /** The phase that was last saved. */
  phase: Phase;
  request: unknown;
  /** Other fields of the saga's document that the journal needs for its entries. The kernel only passes it on. */
  metadata: Metadata;
  /** Aborted with ClaimLost when the claim is lost or could not be renewed: the current attempt ends. Absent where claims are not renewed. */
  lost?: AbortSignal;
}

/** `waiting` and `retrying` sagas run again automatically. `awaiting_approval` waits for the destination, `stopped` for an operator. */
export type Phase = 'running' | 'waiting' | 'awaiting_approval' | 'retrying' | 'stopped' | 'ended';

/** The fields of a saga that an execution saves. */
export interface SagaStateUpdate {
  phase: Phase;
  status: string;
  /** The current step; absent once the saga has ended. */
  step?: string;
  /** Milliseconds until the saga is due again; absent when it is not. */
  delayMs?: number;
  failures: number;
  /** Why the saga waits, stopped or was rejected. */
  error?: { code: string; message: string };
}

/** The saga documents, as far as the kernel needs them. Both methods may throw StoreUnavailable. */
export interface Sagas<Metadata> {
  /**
   * Claims the saga if it is due: increments its epoch and starts a lease of some seconds.
   * Returns `not-due` when there is nothing to do or another worker has claimed it.
   * Returns `not-ours` when this worker does not know its type or version.
   * `hint` comes from the caller of the saga runner. A store may use it to find the document faster.
   */
  claim(sagaId: string, hint?: string): Promise<Claim<Metadata> | 'not-due' | 'not-ours'>;
  /** Saves the state of a claimed saga. Throws ClaimLost when a newer claim exists. */
  saveState(claim: Claim<Metadata>, stateUpdate: SagaStateUpdate): Promise<void>;
}
