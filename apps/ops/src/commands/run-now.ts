import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { loadUnchanged, moved, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface RunNowPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'runNow'>;
  enqueue: Enqueue;
}

/** Makes the next attempt of a retrying or waiting saga due now. */
export const runNow =
  ({ sagas, enqueue }: RunNowPorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    const { saga } = loaded;
    if (saga.phase !== 'retrying' && saga.phase !== 'waiting') return rejection('saga.not_waiting', `No attempt is scheduled, because the phase of the saga is ${saga.phase}.`);
    if (!(await sagas.runNow(saga))) return moved();
    enqueue(saga);
    return { ok: true };
  };
