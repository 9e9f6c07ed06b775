import type { Claim } from './claim.js';
import { ClaimLost } from './errors.js';
import type { Journal } from './journal.js';
import { SagaState } from './saga-state.js';
import type { SagaType } from './saga.js';
import type { RunResult, SagaRunnerPorts } from './saga-execution.js';
import { SagaExecution } from './saga-execution.js';

/** Rest of a bell that met a worker too old for its saga; ended instead, it would be missed by the worker that is not. */
const unknownTypeDelayMs = 5_000;

/**
 * Makes the one function that moves sagas: it claims the saga, reads where it stands from its journal,
 * and runs or undoes step after step until the saga ends, must rest, or belongs to someone else.
 * Throws StoreUnavailable when the truth cannot be reached; ring again later.
 */
export const createSagaRunner = <Metadata>(ports: SagaRunnerPorts<Metadata>) => {
  const types = new Map(ports.types.map((type) => [type.type, type]));
  return async (sagaId: string): Promise<RunResult> => {
    const claim = await ports.sagas.claim(sagaId);
    if (claim === 'not-due') return { outcome: 'skipped' };
    const type = claim === 'not-ours' ? undefined : types.get(claim.type);
    if (claim === 'not-ours' || !type) return { outcome: 'delayed', delayMs: unknownTypeDelayMs };
    try {
      const request = type.request.safeParse(claim.request);
      if (!request.success) return await rejectToTouch(claim, request.error, ports);
      return await new SagaExecution(type, claim, ports, await standOf(type, claim, ports.journal)).take();
    } catch (error) {
      if (error instanceof ClaimLost) return { outcome: 'skipped' };
      throw error;
    }
  };
};

/** Nobody's steps could make sense of it, so it is left as it is for someone to look at. */
const rejectToTouch = async <Metadata>(claim: Claim<Metadata>, { message }: Error, { sagas, log }: SagaRunnerPorts<Metadata>): Promise<RunResult> => {
  const status = 'error';
  const error = { code: 'saga.request_unreadable', message: 'What the saga was asked is stored in a shape its steps do not know.' };
  log.error('a saga holds a request its steps do not know', { saga_id: claim.sagaId, correlation_id: claim.correlationId, saga_type: claim.type, error: message });
  await sagas.saveState(claim, { phase: 'stopped', status, failures: 0, error });
  return { outcome: 'stopped', status };
};

/** A saga claimed for the first time has no journal yet, so the most frequent read is not made at all. */
const standOf = async <Metadata>(type: SagaType, claim: Claim<Metadata>, journal: Journal<Metadata>): Promise<SagaState> =>
  new SagaState(type.steps, claim.request, 'pending', claim.epoch === 1 ? [] : await journal.read(claim.sagaId));
