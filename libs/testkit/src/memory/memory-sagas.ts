import type { Claim, Phase, Sagas, SagaStateUpdate } from '@crossroads/saga';
import { ClaimLost, StoreUnavailable } from '@crossroads/saga';
import type { MemoryClock } from './clock-and-random.js';
import type { Reach } from './reach.js';
import { immediate } from './reach.js';

export interface MemorySaga {
  sagaId: string;
  type: string;
  version: number;
  request: unknown;
  epoch: number;
  settledEpoch: number;
  /** Claims up to this epoch may not have read a decision, so none of them can stop the saga. */
  decidedEpoch?: number;
  failures: number;
  resumed: boolean;
  phase: Phase;
  status: string;
  step?: string | undefined;
  error?: SagaStateUpdate['error'] | undefined;
  /** Undefined when the saga does not run again by itself; 0 when it is due immediately. */
  nextRunAt: number | undefined;
  /** When its state was last saved, or it was made due. */
  updatedAt: number;
}

export interface MemorySagas extends Sagas<unknown> {
  sagas: Map<string, MemorySaga>;
  accept(sagaId: string, type: string, request: unknown): MemorySaga;
  /** Like `accept`, as a command that may fail. */
  insert(sagaId: string, type: string, request: unknown): Promise<void>;
  renew(claim: Pick<Claim, 'sagaId' | 'epoch'>): Promise<boolean>;
  /** Releases claims that are not used any more, lowest epoch first. Returns false while the highest may still be in flight. */
  release(sagaId: string, epochs: readonly number[]): Promise<boolean>;
  find(sagaId: string): Promise<MemorySaga | undefined>;
  /** Sends one update. Returns false when its filter does not match at the moment it is applied. */
  update(name: string, sagaId: string, matches: (saga: MemorySaga) => boolean, set: (saga: MemorySaga) => void): Promise<boolean>;
}

const leaseMs = 4_000;

/** Milliseconds until a released saga is due. */
const releaseDelayMs = 100;

/** Thrown when it is unknown whether the claim was made. */
export class ClaimUnsure extends StoreUnavailable {
  readonly epoch: number;
  constructor(epoch: number, cause: unknown) {
    super(`a claim of epoch ${epoch} may have been made`, { cause });
    this.epoch = epoch;
  }
}

/** Creates sagas in memory, with the same commands and filters as the store's repository. */
export const memorySagas = (clock: MemoryClock, reach: Reach = immediate): MemorySagas => {
  const sagas = new Map<string, MemorySaga>();
  const isDue = (saga: MemorySaga): boolean => saga.nextRunAt !== undefined && saga.nextRunAt <= clock.now();
  const claimOf = (saga: MemorySaga, epoch: number): Claim => ({ ...saga, epoch, correlationId: `c-${saga.sagaId}`, metadata: undefined });
  const found = (sagaId: string) => sagas.get(sagaId) && { ...sagas.get(sagaId)! };

  const update: MemorySagas['update'] = (name, sagaId, matches, set) =>
    reach.write(name, () => {
      const saga = sagas.get(sagaId);
      if (!saga || !matches(saga)) return false;
      set(saga);
      return true;
    });

  const sure = (epoch: number, claimed: Promise<boolean>): Promise<boolean> =>
    claimed.catch((error: unknown) => {
      throw new ClaimUnsure(epoch, error);
    });

  const held = (epoch: number) => (saga: MemorySaga) => Object.assign(saga, { epoch, nextRunAt: clock.now() + leaseMs });

  const accept = (sagaId: string, type: string, request: unknown): MemorySaga => {
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
      updatedAt: clock.now(),
    };
    sagas.set(sagaId, saga);
    return saga;
  };

  return {
    sagas,
    accept,
    insert: (sagaId, type, request) => reach.write('sagas.insert', () => void (sagas.has(sagaId) || accept(sagaId, type, request))),
    find: (sagaId) => reach.read('sagas.find', () => found(sagaId)),
    update,

    async claim(sagaId) {
      const saga = await reach.read('sagas.read', () => found(sagaId));
      const isNew = saga?.epoch === 0 && (await sure(1, update('sagas.claim-new', sagaId, ({ epoch, nextRunAt }) => epoch === 0 && nextRunAt === 0, held(1))));
      if (saga && isNew) return claimOf(saga, 1);
      if (saga?.nextRunAt === undefined) return 'not-due';
      const epoch = saga.epoch + 1;
      const claimed = await sure(epoch, update('sagas.claim', sagaId, (now) => now.epoch === saga.epoch && isDue(now), held(epoch)));
      return claimed ? claimOf(saga, epoch) : 'not-due';
    },

    async saveState({ sagaId, epoch }, { delayMs, phase, status, step, failures, error }) {
      const settled = await update(
        'sagas.saveState',
        sagaId,
        (saga) => saga.epoch === epoch,
        (saga) => {
          Object.assign(saga, { phase, status, step, failures, error, settledEpoch: epoch, updatedAt: clock.now(), nextRunAt: delayMs === undefined ? undefined : clock.now() + delayMs });
          if (phase === 'stopped' && saga.decidedEpoch !== undefined && saga.decidedEpoch >= epoch) Object.assign(saga, { phase: 'running', error: undefined, nextRunAt: 0 });
        },
      );
      if (!settled) throw new ClaimLost(`${sagaId} has been claimed again since epoch ${epoch}`);
    },

    async release(sagaId, epochs) {
      const highest = epochs.at(-1)!;
      await update(
        'sagas.release',
        sagaId,
        (saga) => saga.epoch >= epochs[0]! && saga.settledEpoch < highest && saga.nextRunAt !== undefined,
        (saga) => {
          if (epochs.includes(saga.epoch) && saga.settledEpoch < saga.epoch) saga.nextRunAt = clock.now() + releaseDelayMs;
          saga.settledEpoch = Math.max(saga.settledEpoch, ...epochs.filter((epoch) => epoch <= saga.epoch));
        },
      );
      const saga = await reach.read('sagas.read', () => found(sagaId));
      return !saga || saga.epoch >= highest;
    },

    renew: ({ sagaId, epoch }) =>
      update(
        'sagas.renew',
        sagaId,
        (saga) => saga.epoch === epoch && saga.settledEpoch < epoch && saga.nextRunAt !== undefined && saga.nextRunAt > clock.now(),
        (saga) => void (saga.nextRunAt = clock.now() + leaseMs),
      ),
  };
};
