import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { lookedAt, moved, refusal } from './looked-at.js';
import type { RingFor } from './ring.js';

export interface ResumePorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'resume'>;
  ring: RingFor;
}

/** Lets a stopped saga go on at the step that failed, with its attempts counted anew. */
export const resumeSaga =
  ({ sagas, ring }: ResumePorts): SagaCommand =>
  async (sagaId, wish) => {
    const look = await lookedAt(sagas, sagaId, wish);
    if ('refused' in look) return look.refused;
    const { saga } = look;
    if (saga.phase === 'ended') return refusal('saga.ended', `The saga has ended (${saga.status}), so there is nothing to resume. Ask for a new reset, or recover what it cleared.`);
    if (saga.phase !== 'stopped') return refusal('saga.not_stopped', `The saga has not stopped: it is ${saga.phase} and goes on by itself.`);
    if (!(await sagas.resume(saga))) return moved();
    ring(saga);
    return { ok: true };
  };
