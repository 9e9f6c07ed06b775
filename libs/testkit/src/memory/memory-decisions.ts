import type { Decisions } from '@crossroads/saga';
import type { MemoryClock } from './clock-and-random.js';
import type { MemorySaga, MemorySagas } from './memory-sagas.js';

/** Lease of a decision's claim in milliseconds. */
const decisionMs = 12_000;

type Seen = Pick<MemorySaga, 'sagaId' | 'epoch' | 'phase'>;

/** Decisions of callers and operators about sagas. Each is one conditional update, as in the store's repositories. */
export interface MemoryDecisions extends Decisions<unknown> {
  resume(saga: Seen): Promise<boolean>;
  runNow(saga: Seen): Promise<boolean>;
}

export const memoryDecisions = ({ update }: MemorySagas, clock: MemoryClock): MemoryDecisions => {
  /** Returns whether no worker runs the saga: its last claim was settled. */
  const isSettled = (seen: Seen) => (saga: MemorySaga) => saga.epoch === seen.epoch && saga.settledEpoch === seen.epoch && saga.nextRunAt !== undefined;
  const dueImmediately = (saga: MemorySaga) => Object.assign(saga, { nextRunAt: 0, updatedAt: clock.now() });
  return {
    async claim(seen) {
      const epoch = seen.epoch + 1;
      const claimed =
        seen.phase === 'stopped'
          ? await update('decisions.claim-stopped', seen.sagaId, (saga) => saga.epoch === seen.epoch && saga.phase === 'stopped', (saga) => Object.assign(saga, { epoch, settledEpoch: epoch }))
          : await update('decisions.claim', seen.sagaId, isSettled(seen), (saga) => Object.assign(saga, { epoch, nextRunAt: clock.now() + decisionMs, ...(seen.phase === 'awaiting_approval' && { phase: 'running' as const }) }));
      return claimed ? epoch : undefined;
    },
    release: ({ sagaId }, epoch) => update('decisions.release', sagaId, (saga) => saga.epoch === epoch, (saga) => Object.assign(dueImmediately(saga), { settledEpoch: epoch })),
    end: ({ sagaId }, epoch, error) =>
      update('decisions.end', sagaId, (saga) => saga.epoch === epoch, (saga) =>
        Object.assign(saga, { phase: 'ended', status: 'error', error, settledEpoch: epoch, updatedAt: clock.now(), nextRunAt: undefined })),
    continueStopped: ({ sagaId }) =>
      update('decisions.continue-stopped', sagaId, (saga) => saga.phase !== 'ended', (saga) => {
        saga.decidedEpoch = saga.epoch;
        if (saga.phase === 'stopped') Object.assign(dueImmediately(saga), { phase: 'running', error: undefined });
      }),
    wake: (seen) => update('decisions.wake', seen.sagaId, (saga) => isSettled(seen)(saga) && saga.phase === 'awaiting_approval', dueImmediately),
    resume: (seen) =>
      update('commands.resume', seen.sagaId, (saga) => saga.epoch === seen.epoch && saga.phase === 'stopped', (saga) =>
        Object.assign(dueImmediately(saga), { phase: 'running', failures: 0, resumed: true, settledEpoch: seen.epoch, error: undefined })),
    runNow: (seen) =>
      update('commands.run-now', seen.sagaId, (saga) => saga.epoch === seen.epoch && saga.settledEpoch === seen.epoch && (saga.phase === 'retrying' || saga.phase === 'waiting'), dueImmediately),
  };
};
