import type { SagaQueue, SagaWorker } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';

export interface WatchdogOptions {
  queue: Pick<SagaQueue, 'waiting' | 'paused'>;
  worker: Pick<SagaWorker, 'idleMs'>;
  log: Log;
  /** Ends the process; whoever runs it starts another. */
  end(): void;
  everyMs?: number;
  deafAfterMs?: number;
}

/**
 * Ends a worker that has gone deaf: bells hang, it takes none, and nothing says why. Queue clients have had such faults after
 * outages, silently, so liveness is judged by work taken up and not by connections. In a queue that is paused no worker takes any, and all are well.
 */
export const startWatchdog = ({ queue, worker, log, end, everyMs = 10_000, deafAfterMs = 60_000 }: WatchdogOptions): { stop(): Promise<void> } => {
  let suspect = false;
  const look = async (): Promise<void> => {
    const idleMs = worker.idleMs();
    const deaf = idleMs > deafAfterMs && (await queue.waiting()) > 0 && !(await queue.paused());
    // A bell may have hung for a moment only; twice in a row it has hung for a whole turn.
    if (deaf && suspect) {
      log.error('bells hang and this worker takes none; ending it', { idle_ms: Math.round(idleMs) });
      end();
    }
    suspect = deaf;
  };
  const timer = setInterval(() => {
    // With Redis away there is nothing to hear.
    look().catch(() => {
      suspect = false;
    });
  }, everyMs);
  return { stop: async () => clearInterval(timer) };
};
