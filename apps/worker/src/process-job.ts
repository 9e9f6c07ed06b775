import type { Log } from '@crossroads/platform';
import type { RunResult } from '@crossroads/saga';

/** Returns the delay after an unexpected error: longer the more often the job was started, for it may be a bug that stays. */
const afterErrorMs = (started: number): number => Math.min(30_000, (1_000 + Math.random() * 2_000) * 1.5 ** Math.min(started - 1, 10));

/**
 * Processes one job: runs its saga and returns what the job does next. Never throws: BullMQ would fail the job after some attempts,
 * and a failed job keeps its id for days, so that nothing could be enqueued under it.
 */
export const processJob =
  (runSaga: (sagaId: string, tenantId?: string) => Promise<RunResult>, log: Log) =>
  async (sagaId: string, started: number, tenantId?: string): Promise<RunResult> => {
    try {
      return await runSaga(sagaId, tenantId);
    } catch (error) {
      log.error('an execution failed with an unexpected error; it is retried', { saga_id: sagaId, started, error });
      return { outcome: 'retry', delayMs: afterErrorMs(started) };
    }
  };
