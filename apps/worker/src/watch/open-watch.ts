import type { Destinations } from '@crossroads/order-reset';
import type { Log, Page } from '@crossroads/runtime';
import { openMetrics, openTracing } from '@crossroads/runtime';
import type { SagaType } from '@crossroads/saga';
import type { SagaRepository } from '@crossroads/store';
import type { WorkerLooks } from '../metrics.js';
import { workerMetrics } from '../metrics.js';
import { scalingPage } from '../scaling.js';
import { workerTraces } from '../traces.js';
import { watchSteps } from './watch-steps.js';
import type { WatchedTurns } from './watch-turns.js';
import { watchTurns } from './watch-turns.js';

/** Metrics, and traces where somebody wants them, of all that a worker does. */
export interface Watch {
  turns(sagas: SagaRepository): WatchedTurns;
  steps(types: readonly SagaType[], turns: WatchedTurns): SagaType[];
  /** The destinations, each request telling the trace it belongs to. */
  telling(destinations: Destinations): Destinations;
  rungAgain(bells: number): void;
  pages: Record<string, Page>;
  close(): Promise<void>;
}

export const openWatch = async ({ endpoint, log, looks }: { endpoint: string | undefined; log: Log; looks: WorkerLooks }): Promise<Watch> => {
  const metrics = openMetrics();
  const counted = workerMetrics(metrics, looks);
  const tracing = await openTracing({ endpoint, app: 'worker', log });
  const traces = tracing && workerTraces(tracing);
  return {
    turns: (sagas) => watchTurns(sagas, traces ? [counted.turn, traces.turn] : [counted.turn]),
    steps: (types, { noteStep }) => watchSteps(types, traces ? [noteStep, counted.step, traces.step] : [noteStep, counted.step]),
    telling: (destinations) => traces?.telling(destinations) ?? destinations,
    rungAgain: counted.rungAgain,
    pages: { '/metrics': metrics.page, '/internal/scaling': scalingPage(looks) },
    close: async () => tracing?.close(),
  };
};
