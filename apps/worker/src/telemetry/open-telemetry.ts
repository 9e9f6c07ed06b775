import type { Destinations } from '@crossroads/order-reset';
import type { Log, Page } from '@crossroads/platform';
import { openMetrics, openTracing } from '@crossroads/platform';
import type { SagaType } from '@crossroads/saga';
import type { SagaRepository } from '@crossroads/store';
import type { WorkerLooks } from '../metrics.js';
import { workerMetrics } from '../metrics.js';
import { scalingPage } from '../scaling.js';
import { workerTraces } from '../traces.js';
import { instrumentSteps } from './instrument-steps.js';
import type { ObservedExecutions } from './instrument-executions.js';
import { instrumentExecutions } from './instrument-executions.js';

/** Metrics, and traces where somebody wants them, of all that a worker does. */
export interface Telemetry {
  executions(sagas: SagaRepository): ObservedExecutions;
  steps(types: readonly SagaType[], executions: ObservedExecutions): SagaType[];
  /** The destinations, each request telling the trace it belongs to. */
  withTracing(destinations: Destinations): Destinations;
  reenqueued(queue: number): void;
  pages: Record<string, Page>;
  close(): Promise<void>;
}

export const openTelemetry = async ({ endpoint, log, looks }: { endpoint: string | undefined; log: Log; looks: WorkerLooks }): Promise<Telemetry> => {
  const metrics = openMetrics();
  const counted = workerMetrics(metrics, looks);
  const tracing = await openTracing({ endpoint, app: 'worker', log });
  const traces = tracing && workerTraces(tracing);
  return {
    executions: (sagas) => instrumentExecutions(sagas, traces ? [counted.turn, traces.turn] : [counted.turn]),
    steps: (types, { noteStep }) => instrumentSteps(types, traces ? [noteStep, counted.step, traces.step] : [noteStep, counted.step]),
    withTracing: (destinations) => traces?.withTracing(destinations) ?? destinations,
    reenqueued: counted.reenqueued,
    pages: { '/metrics': metrics.page, '/internal/scaling': scalingPage(looks) },
    close: async () => tracing?.close(),
  };
};
