import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface ResumePorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'resume'>;
  enqueue: Enqueue;
}

/** Lets a stopped saga go on at the step that failed, with its attempts counted anew. */
export const resumeSaga =
  ({ sagas, enqueue }: ResumePorts): SagaCommand =>
  async (sagaId, input) => {
    const look = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in look) return look.rejected;
    const { saga } = look;
    if (saga.phase === 'ended') return rejection('saga.ended', `The saga has ended (${saga.status}), so there is nothing to resume. Ask for a new reset, or recover what it cleared.`);
    if (saga.phase !== 'stopped') return rejection('saga.not_stopped', `The saga has not stopped: it is ${saga.phase} and goes on by itself.`);
    if (!(await sagas.resume(saga))) return moved();
    enqueue(saga);
    return { ok: true };
  };
