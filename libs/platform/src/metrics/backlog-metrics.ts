import type { Metrics } from './metrics.js';

/** What waits, as the stores know it. */
export interface Backlog {
  /** Seconds since the oldest saga that nobody has taken up became due; 0 when there is none. */
  oldestDueSeconds(): Promise<number>;
  /** Sagas by phase, each count up to a bound. */
  phases(): Promise<Record<string, number>>;
  /** Sagas that have been due for a minute, up to a bound. */
  overdue(): Promise<number>;
  /** Bells by state. */
  depth(): Promise<Record<string, number>>;
  /** Whether an operator has paused the queue. */
  paused(): Promise<boolean>;
}

/** Every process that exports them reads the same stores and says the same: take the `max` of them, never the `sum`. */
export const backlogMetrics = (metrics: Metrics, backlog: Backlog): void => {
  metrics.gauge({ name: 'crossroads_oldest_due_seconds', help: 'Since when the oldest saga that should be moving has waited for a worker. Shared: take max().' }, async () => [
    [{}, await backlog.oldestDueSeconds()],
  ]);
  metrics.gauge(
    {
      name: 'crossroads_sagas_overdue',
      help: 'Sagas that have been due for a minute, beyond as many as there are jobs waiting in the queue: none of those is moved by a job. Up to 1,000. Shared: take max().',
    },
    // A backlog is due as well, and its jobs wait. With Redis away no job moves any.
    async () => [[{}, Math.max(0, (await backlog.overdue()) - (await backlog.depth().then(({ waiting = 0 }) => waiting, () => 0)))]],
  );
  metrics.gauge({ name: 'crossroads_queue_paused', help: '1 while an operator has paused the queue: resets are accepted, and none moves. Shared: take max().' }, async () => [
    [{}, (await backlog.paused()) ? 1 : 0],
  ]);
  metrics.gauge(
    { name: 'crossroads_sagas', help: 'Sagas that have not ended, by phase; 1,000 means 1,000 or more. Shared: take max().', labels: ['phase'] },
    async () => Object.entries(await backlog.phases()).map(([phase, count]) => [{ phase }, count] as const),
  );
  metrics.gauge(
    { name: 'crossroads_jobs', help: 'Jobs in the queue, by state. `failed` are those of stopped sagas. Shared: take max().', labels: ['state'] },
    async () => Object.entries(await backlog.depth()).map(([state, count]) => [{ state }, count] as const),
  );
};
