import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface RunNowPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'runNow'>;
  enqueue: Enqueue;
}

/** Makes the attempt that is planned for later due at once. */
export const runNow =
  ({ sagas, enqueue }: RunNowPorts): SagaCommand =>
  async (sagaId, input) => {
    const look = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in look) return look.rejected;
    const { saga } = look;
    if (saga.phase !== 'retrying' && saga.phase !== 'waiting') return rejection('saga.not_waiting', `No attempt is planned for later: the saga is ${saga.phase}.`);
    if (!(await sagas.runNow(saga))) return moved();
    enqueue(saga);
    return { ok: true };
  };
