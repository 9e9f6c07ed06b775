import type { Destinations } from '@crossroads/order-reset';
import type { Backlog, Log, Page } from '@crossroads/platform';
import { openMetrics, openTracing } from '@crossroads/platform';
import type { SagaObserver } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';
import type { WorkerReadings } from './metrics.js';
import { workerMetrics } from './metrics.js';
import { workerTraces } from './traces.js';

/** Metrics of this worker, and traces if an endpoint is set. */
export interface Telemetry {
  observers: readonly SagaObserver<SagaMetadata>[];
  /** Returns destinations whose requests carry the `traceparent` of their attempt. */
  withTracing(destinations: Destinations): Destinations;
  /** Counts jobs that a sweep re-enqueued. */
  reenqueued(jobs: number): void;
  pages: Record<string, Page>;
  close(): Promise<void>;
}

export const openTelemetry = async ({ endpoint, log, readings }: { endpoint: string | undefined; log: Log; readings: WorkerReadings }): Promise<Telemetry> => {
  const metrics = openMetrics();
  const { observer, reenqueued } = workerMetrics(metrics, readings);
  const tracing = await openTracing({ endpoint, app: 'worker', log });
  const traces = tracing && workerTraces(tracing);
  return {
    observers: traces ? [observer, traces.observer] : [observer],
    withTracing: (destinations) => traces?.withTracing(destinations) ?? destinations,
    reenqueued,
    pages: { '/metrics': metrics.page, '/internal/scaling': scalingPage(readings) },
    close: async () => tracing?.close(),
  };
};

/**
 * Returns the page for KEDA's metrics-api scaler: queue depth, and the age of the oldest due saga. A thousand sagas that wait one second
 * need no more workers; ten that wait ten minutes do.
 */
const scalingPage =
  ({ depth, oldestDueSeconds }: Pick<Backlog, 'depth' | 'oldestDueSeconds'>): Page =>
  async () => {
    const [{ waiting, active, delayed }, oldest] = await Promise.all([depth(), oldestDueSeconds()]);
    return { type: 'application/json', body: JSON.stringify({ waiting, active, delayed, oldest_seconds: oldest }) };
  };
