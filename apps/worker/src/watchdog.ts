import type { SagaQueue, SagaWorker } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';

export interface WatchdogOptions {
  queue: Pick<SagaQueue, 'waiting' | 'paused'>;
  worker: Pick<SagaWorker, 'idleMs'>;
  log: Log;
  /** Ends the process. The supervisor starts another. */
  end(): void;
  everyMs?: number;
  idleLimitMs?: number;
}

/**
 * Ends a worker that takes no jobs although jobs are waiting. Queue clients have failed like this after outages, without an error,
 * so liveness is judged by jobs taken and not by connections. In a paused queue no worker takes jobs, and none is ended.
 */
export const startWatchdog = ({ queue, worker, log, end, everyMs = 10_000, idleLimitMs = 60_000 }: WatchdogOptions): { stop(): Promise<void> } => {
  let suspect = false;
  const check = async (): Promise<void> => {
    const idleMs = worker.idleMs();
    const isStuck = idleMs > idleLimitMs && (await queue.waiting()) > 0 && !(await queue.paused());
    // One job may have been added a moment ago. Two checks in a row mean that jobs wait for a whole interval.
    if (isStuck && suspect) {
      log.error('jobs are waiting but this worker takes none; exiting so that it can be restarted', { idle_ms: Math.round(idleMs) });
      end();
    }
    suspect = isStuck;
  };
  const timer = setInterval(() => {
    // Without Redis there is no queue to check.
    check().catch(() => {
      suspect = false;
    });
  }, everyMs);
  return { stop: async () => clearInterval(timer) };
};
