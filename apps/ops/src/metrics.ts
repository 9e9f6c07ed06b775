import type { Backlog, Metrics } from '@crossroads/platform';
import { backlogMetrics, httpDurations, submittedCounter } from '@crossroads/platform';
import type { WaitCycles } from '@crossroads/store';

/** Milliseconds to reuse a cycle count: the query is expensive, and a cycle does not resolve by itself. */
const cyclesTtlMs = 60_000;

/** Waiting sagas that are searched for cycles. */
const maxSagasSearched = 1_000;

export interface OpsGauges extends Backlog {
  workers(): Promise<number | undefined>;
  cycles: WaitCycles;
}

/** Declares the metrics of the operator pages. The backlog gauges are exported here too, so that they exist when no worker runs. */
export const opsMetrics = (metrics: Metrics, gauges: OpsGauges, now: () => number = () => performance.now()) => {
  backlogMetrics(metrics, gauges);
  let cached: { cycles: number; at: number } | undefined;
  metrics.gauge(
    { name: 'crossroads_saga_wait_cycles', help: 'Cycles of sagas that wait for each other, among the first 1,000 waiting sagas. Must be 0. Counted once a minute. Shared: take max().' },
    async () => {
      if (!cached || now() - cached.at >= cyclesTtlMs) cached = { cycles: (await gauges.cycles.find(maxSagasSearched)).length, at: now() };
      return [[{}, cached.cycles]];
    },
  );
  metrics.gauge({ name: 'crossroads_workers', help: 'Workers connected to the queue. Shared: take max().' }, async () => {
    const workers = await gauges.workers();
    return workers === undefined ? [] : [[{}, workers]];
  });
  return { httpDurations: httpDurations(metrics), submitted: submittedCounter(metrics) };
};
