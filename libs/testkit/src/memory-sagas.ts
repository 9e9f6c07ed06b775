import type { Claim, Phase, Sagas, Settlement } from '@crossroads/saga';
import { ClaimLost } from '@crossroads/saga';
import type { MemoryClock } from './memory-clock.js';

export interface MemorySaga {
  sagaId: string;
  type: string;
  version: number;
  request: unknown;
  epoch: number;
  settledEpoch: number;
  failures: number;
  resumed: boolean;
  phase: Phase;
  status: string;
  step?: string;
  error?: Settlement['error'];
  /** Undefined once nobody needs to look again. */
  nextRunAt: number | undefined;
}

export interface MemorySagas extends Sagas<unknown> {
  sagas: Map<string, MemorySaga>;
  accept(sagaId: string, type: string, request: unknown): MemorySaga;
}

const leaseMs = 12_000;

/** Sagas in memory: claimed by epoch, held by a lease, like the store's. */
export const memorySagas = (clock: MemoryClock): MemorySagas => {
  const sagas = new Map<string, MemorySaga>();
  return {
    sagas,
    accept(sagaId, type, request) {
      const saga: MemorySaga = {
        sagaId,
        type,
        version: 1,
        request,
        epoch: 0,
        settledEpoch: 0,
        failures: 0,
        resumed: false,
        phase: 'running',
        status: 'pending',
        nextRunAt: 0,
      };
      sagas.set(sagaId, saga);
      return saga;
    },
    async claim(sagaId) {
      const saga = sagas.get(sagaId);
      if (saga?.nextRunAt === undefined || saga.nextRunAt > clock.now()) return 'not-due';
      saga.epoch += 1;
      saga.nextRunAt = clock.now() + leaseMs;
      return { ...saga, correlationId: `c-${sagaId}`, facts: undefined } satisfies Claim;
    },
    async settle({ sagaId, epoch }, { wakeInMs, ...settlement }) {
      const saga = sagas.get(sagaId);
      if (saga?.epoch !== epoch) throw new ClaimLost('claimed again');
      Object.assign(saga, { step: undefined, error: undefined, ...settlement, settledEpoch: epoch, nextRunAt: wakeInMs === undefined ? undefined : clock.now() + wakeInMs });
    },
  };
};
