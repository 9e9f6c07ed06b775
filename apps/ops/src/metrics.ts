import type { Backlog, Metrics } from '@crossroads/runtime';
import { backlogMetrics, httpDurations, submittedCounter } from '@crossroads/runtime';

/** What the operators' pages count, and what waits: they see it even when there is no worker left to say so. */
export const opsMetrics = (metrics: Metrics, looks: Backlog & { workers(): Promise<number | undefined> }) => {
  backlogMetrics(metrics, looks);
  metrics.gauge({ name: 'crossroads_workers', help: 'Workers connected to the queue. Shared: take max().' }, async () => {
    const workers = await looks.workers();
    return workers === undefined ? [] : [[{}, workers]];
  });
  return { timed: httpDurations(metrics), submitted: submittedCounter(metrics) };
};
