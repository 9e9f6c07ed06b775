import type { Claim, Sagas } from './claim.js';
import { ClaimLost, StoreUnavailable } from './errors.js';
import type { Journal } from './journal.js';
import type { SagaObserver } from './observer.js';
import type { SagaType } from './saga.js';
import { SagaExecution } from './saga-execution.js';
import { SagaState } from './saga-state.js';
import type { StepLog } from './step.js';
import type { WithTimeout } from './with-timeout.js';

/** The result of one execution. Its job then completes, is retried after `delayMs`, or fails so that an operator sees it. */
export type RunResult =
  | { outcome: 'completed' | 'stopped'; status: string }
  /** `retry`: an attempt failed. `waiting`: blocked by another saga, by a limit or by an approval. */
  | { outcome: 'retry' | 'waiting'; delayMs: number }
  /** `not-due`: another execution runs it, or nothing is to be done yet. `claim-lost`: a newer claim took over. */
  | { outcome: 'not-due' | 'claim-lost' };

export interface SagaRunnerPorts<Metadata> {
  types: readonly SagaType[];
  sagas: Sagas<Metadata>;
  journal: Journal<Metadata>;
  log: StepLog;
  observers?: readonly SagaObserver<Metadata>[];
  /** Returns 0 … 1, for backoff. */
  random?: () => number;
  /** Limits the duration of attempts. Uses the real clock by default. */
  withTimeout?: WithTimeout;
}

/** Delay before retrying a job whose saga type or version this worker does not know. Completing the job would hide the saga from newer workers. */
const unknownTypeDelayMs = 5_000;

/**
 * Returns the function that runs a saga. It claims the saga and reads its state from the journal.
 * Then it runs or compensates steps until the saga has ended, stopped, or must wait. It throws only on a bug.
 */
export const createSagaRunner = <Metadata>(ports: SagaRunnerPorts<Metadata>) => {
  const { sagas, journal, log, observers = [], random = Math.random } = ports;
  const types = new Map(ports.types.map((type) => [type.type, type]));

  /** Random, because an outage affects all active sagas at once and they must not retry together. */
  const unavailableDelayMs = (): number => 1_000 + random() * 2_000;

  return async (sagaId: string, hint?: string): Promise<RunResult> => {
    let claim: Claim<Metadata> | undefined;
    let execution: SagaExecution<Metadata> | undefined;
    let isLost = false;
    try {
      const claimed = await sagas.claim(sagaId, hint);
      if (claimed === 'not-due') return { outcome: 'not-due' };
      if (claimed === 'not-ours') return { outcome: 'retry', delayMs: unknownTypeDelayMs };
      claim = claimed;
      for (const observer of observers) observer.claimed?.(claim);
      const type = types.get(claim.type);
      if (!type) return { outcome: 'retry', delayMs: unknownTypeDelayMs };
      const request = type.request.safeParse(claim.request);
      if (!request.success) return await stopUnreadable(claim, request.error, ports);
      // A saga that is claimed for the first time has no entries yet. This saves the most frequent read.
      const entries = claim.epoch === 1 ? [] : await journal.read(sagaId);
      execution = new SagaExecution(type, claim, ports, new SagaState(type.steps, claim.request, 'pending', entries));
      return await execution.run();
    } catch (error) {
      if (error instanceof ClaimLost) {
        isLost = true;
        // A claim that could not be renewed has no successor yet, so its job must come back.
        return claim?.lost?.aborted ? { outcome: 'retry', delayMs: unavailableDelayMs() } : { outcome: 'claim-lost' };
      }
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn('the store is unavailable; the saga is retried', { ...(execution?.about() ?? { saga_id: sagaId }), error });
      return { outcome: 'retry', delayMs: unavailableDelayMs() };
    } finally {
      if (claim) for (const observer of observers) observer.executionEnded?.(claim, isLost || claim.lost?.aborted === true);
    }
  };
};

/** Stops a saga whose stored request its steps cannot read. No step has run under this claim. */
const stopUnreadable = async <Metadata>(claim: Claim<Metadata>, { message }: Error, { sagas, log, observers = [] }: SagaRunnerPorts<Metadata>): Promise<RunResult> => {
  const status = 'error';
  const error = { code: 'saga.request_unreadable', message: 'The stored request does not match the schema of its saga type.' };
  log.error('could not read the stored request of a saga; the saga stops', { saga_id: claim.sagaId, correlation_id: claim.correlationId, saga_type: claim.type, error: message });
  const update = { phase: 'stopped', status, failures: 0, error } as const;
  await sagas.saveState(claim, update);
  for (const observer of observers) observer.stateSaved?.(claim, update);
  return { outcome: 'stopped', status };
};
