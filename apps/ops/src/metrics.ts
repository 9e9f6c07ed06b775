import type { Backlog, Metrics } from '@crossroads/platform';
import { backlogMetrics, httpDurations, submittedCounter } from '@crossroads/platform';
import type { WaitCycles } from '@crossroads/store';

/** Milliseconds a count of circles stands: it costs more than the other gauges, and a circle does not go away. */
const circlesStandMs = 60_000;

/** Sagas that are looked through for circles. */
const circlesAmong = 1_000;

export interface OpsLooks extends Backlog {
  workers(): Promise<number | undefined>;
  cycles: WaitCycles;
}

/** What the operators' pages count, and what waits: they see it even when there is no worker left to say so. */
export const opsMetrics = (metrics: Metrics, looks: OpsLooks, now: () => number = () => performance.now()) => {
  backlogMetrics(metrics, looks);
  let counted: { circles: number; at: number } | undefined;
  metrics.gauge(
    { name: 'crossroads_saga_wait_cycles', help: 'Circles of sagas that wait for one another, among the first 1,000 that wait. Must be 0. Looked for once a minute. Shared: take max().' },
    async () => {
      if (!counted || now() - counted.at >= circlesStandMs) counted = { circles: (await looks.cycles.find(circlesAmong)).length, at: now() };
      return [[{}, counted.circles]];
    },
  );
  metrics.gauge({ name: 'crossroads_workers', help: 'Workers connected to the queue. Shared: take max().' }, async () => {
    const workers = await looks.workers();
    return workers === undefined ? [] : [[{}, workers]];
  });
  return { timed: httpDurations(metrics), submitted: submittedCounter(metrics) };
};
