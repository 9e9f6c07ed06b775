import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface ResumePorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'resume'>;
  enqueue: Enqueue;
}

/** Continues a stopped saga at the step that failed, and counts its attempts from zero. */
export const resumeSaga =
  ({ sagas, enqueue }: ResumePorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    const { saga } = loaded;
    if (saga.phase === 'ended') {
      return rejection('saga.ended', `The saga has finished with status ${saga.status}, so it cannot be resumed. Submit a new reset, or recover what this one cleared.`);
    }
    if (saga.phase !== 'stopped') return rejection('saga.not_stopped', `The saga has not stopped. Its phase is ${saga.phase}, and it continues by itself.`);
    if (!(await sagas.resume(saga))) return moved();
    enqueue(saga);
    return { ok: true };
  };
