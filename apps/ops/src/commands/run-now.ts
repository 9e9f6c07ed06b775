import type { SagaCommandRepository } from '@crossroads/store';
import type { SagaCommand } from './commands.js';
import { lookedAt, moved, refusal } from './looked-at.js';
import type { RingFor } from './ring.js';

export interface RunNowPorts {
  sagas: Pick<SagaCommandRepository, 'find' | 'runNow'>;
  ring: RingFor;
}

/** Makes the attempt that is planned for later due at once. */
export const runNow =
  ({ sagas, ring }: RunNowPorts): SagaCommand =>
  async (sagaId, wish) => {
    const look = await lookedAt(sagas, sagaId, wish);
    if ('refused' in look) return look.refused;
    const { saga } = look;
    if (saga.phase !== 'retrying' && saga.phase !== 'waiting') return refusal('saga.not_resting', `No attempt is planned for later: the saga is ${saga.phase}.`);
    if (!(await sagas.runNow(saga))) return moved();
    ring(saga);
    return { ok: true };
  };
