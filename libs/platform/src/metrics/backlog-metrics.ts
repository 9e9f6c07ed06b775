import type { Metrics } from './metrics.js';

/** Reads the backlog from MongoDB and Redis. */
export interface Backlog {
  /** Seconds since the oldest runnable saga that no worker has claimed became due; 0 without one. */
  oldestDueSeconds(): Promise<number>;
  /** Sagas by phase. Each count has an upper limit. */
  phases(): Promise<Record<string, number>>;
  /** Sagas that wait for a destination that fails or is paused, by error code. Each count has an upper limit. */
  blocked(): Promise<Record<string, number>>;
  /** Sagas that have been due for at least a minute. The count has an upper limit. */
  overdue(): Promise<number>;
  /** Jobs by state. */
  depth(): Promise<Record<string, number>>;
  /** Whether an operator has paused the queue. */
  paused(): Promise<boolean>;
}

/** Declares the metrics of the backlog. Every process that exports them has the same values: use `max`, never `sum`. */
export const backlogMetrics = (metrics: Metrics, backlog: Backlog): void => {
  metrics.gauge({ name: 'crossroads_oldest_due_seconds', help: 'Seconds that the oldest runnable saga has waited for a worker. Shared: use max().' }, async () => [
    [{}, await backlog.oldestDueSeconds()],
  ]);
  metrics.gauge(
    {
      name: 'crossroads_sagas_overdue',
      help: 'Sagas that have been due for a minute, minus the jobs waiting in the queue: these sagas have no job. Up to 1,000. Shared: use max().',
    },
    // The sagas of a backlog are due too, but they have waiting jobs. Without Redis there are no jobs.
    async () => [[{}, Math.max(0, (await backlog.overdue()) - (await backlog.depth().then(({ waiting = 0 }) => waiting, () => 0)))]],
  );
  metrics.gauge({ name: 'crossroads_queue_paused', help: '1 while an operator has paused the queue: resets are accepted, but none is processed. Shared: use max().' }, async () => [
    [{}, (await backlog.paused()) ? 1 : 0],
  ]);
  metrics.gauge(
    { name: 'crossroads_sagas', help: 'Unfinished sagas, by phase. 1,000 means 1,000 or more. Shared: use max().', labels: ['phase'] },
    async () => Object.entries(await backlog.phases()).map(([phase, count]) => [{ phase }, count] as const),
  );
  metrics.gauge(
    {
      name: 'crossroads_sagas_blocked',
      help: 'Waiting sagas that a destination blocks, by error code: it fails (`destination.circuit_open`) or is paused. 1,000 means 1,000 or more. Shared: use max().',
      labels: ['code'],
    },
    async () => Object.entries(await backlog.blocked()).map(([code, count]) => [{ code }, count] as const),
  );
  metrics.gauge(
    { name: 'crossroads_jobs', help: 'Jobs in the queue, by state. `failed`: jobs of stopped sagas. Shared: use max().', labels: ['state'] },
    async () => Object.entries(await backlog.depth()).map(([state, count]) => [{ state }, count] as const),
  );
};
