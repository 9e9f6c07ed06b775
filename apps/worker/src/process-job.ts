import type { JobResult } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { RunResult } from '@crossroads/saga';
import { StoreUnavailable } from '@crossroads/saga';

/** Milliseconds until the database is tried again; spread out, since every saga in hand meets the same outage. */
const storeAwayMs = () => 1_000 + Math.random() * 2_000;

/** Milliseconds until a job is tried again that met an error nobody foresaw: longer the more often it was begun, for it may be a bug that stays. */
const unexpectedMs = (started: number) => Math.min(30_000, storeAwayMs() * 1.5 ** Math.min(started - 1, 10));

/**
 * What a bell does: lets the saga advance, and says what is to become of the bell. Never throws, whatever the error: BullMQ would fail the job after some attempts,
 * and a failed job keeps its id for days, so that nothing could be enqueued under it.
 */
export const processJob =
  (runSaga: (sagaId: string) => Promise<RunResult>, log: Log, about: (sagaId: string) => object) =>
  async (sagaId: string, started: number): Promise<JobResult> => {
    try {
      const result = await runSaga(sagaId);
      if (result.outcome === 'delayed') return { next: 'again', inMs: result.delayMs };
      // The job fails, so that Bull Board shows it. Resume enqueues under another id, and the sweep removes a failed job of a saga that is due.
      if (result.outcome === 'stopped') return { next: 'operator', reason: 'The saga stopped and can be resumed; its page says why.' };
      return { next: 'over', outcome: result };
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        log.warn('the store is unavailable; the saga rests where it is', { ...about(sagaId), error });
        return { next: 'again', inMs: storeAwayMs() };
      }
      log.error('a turn at a saga met an error that nobody foresaw; it is tried again', { ...about(sagaId), started, error });
      return { next: 'again', inMs: unexpectedMs(started) };
    }
  };
