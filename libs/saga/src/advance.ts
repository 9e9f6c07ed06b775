import type { Claim } from './claim.js';
import { ClaimLost } from './errors.js';
import type { Journal } from './journal.js';
import { Progress } from './progress.js';
import type { SagaType } from './saga.js';
import type { Advance, AdvancePorts } from './turn.js';
import { Turn } from './turn.js';

/** Rest of a bell that met a worker too old for its saga; ended instead, it would be missed by the worker that is not. */
const anotherWorkersTurnMs = 5_000;

/**
 * Makes the one function that moves sagas: it claims the saga, reads where it stands from its journal,
 * and runs or undoes step after step until the saga ends, must rest, or belongs to someone else.
 * Throws StoreUnavailable when the truth cannot be reached; ring again later.
 */
export const createAdvance = <Facts>(ports: AdvancePorts<Facts>) => {
  const types = new Map(ports.types.map((type) => [type.type, type]));
  return async (sagaId: string): Promise<Advance> => {
    const claim = await ports.sagas.claim(sagaId);
    if (claim === 'not-due') return { outcome: 'left' };
    const type = claim === 'not-ours' ? undefined : types.get(claim.type);
    if (claim === 'not-ours' || !type) return { outcome: 'resting', wakeInMs: anotherWorkersTurnMs };
    try {
      const request = type.request.safeParse(claim.request);
      if (!request.success) return await refuseToTouch(claim, request.error, ports);
      return await new Turn(type, claim, ports, await standOf(type, claim, ports.journal)).take();
    } catch (error) {
      if (error instanceof ClaimLost) return { outcome: 'left' };
      throw error;
    }
  };
};

/** Nobody's steps could make sense of it, so it is left as it is for someone to look at. */
const refuseToTouch = async <Facts>(claim: Claim<Facts>, { message }: Error, { sagas, log }: AdvancePorts<Facts>): Promise<Advance> => {
  const status = 'error';
  const error = { code: 'saga.request_unreadable', message: 'What the saga was asked is stored in a shape its steps do not know.' };
  log.error('a saga holds a request its steps do not know', { saga_id: claim.sagaId, correlation_id: claim.correlationId, saga_type: claim.type, error: message });
  await sagas.settle(claim, { phase: 'stopped', status, failures: 0, error });
  return { outcome: 'stopped', status };
};

/** A saga claimed for the first time has no journal yet, so the most frequent read is not made at all. */
const standOf = async <Facts>(type: SagaType, claim: Claim<Facts>, journal: Journal<Facts>): Promise<Progress> =>
  new Progress(type.steps, claim.request, 'pending', claim.epoch === 1 ? [] : await journal.read(claim.sagaId));
