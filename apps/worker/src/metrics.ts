import type { Backlog, Metrics } from '@crossroads/platform';
import { backlogMetrics } from '@crossroads/platform';
import type { Attempt, SagaObserver } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';

/** Values that are read when the metrics are scraped. */
export interface WorkerReadings extends Backlog {
  idleMs(): number;
  /** The circuit breaker of each destination this worker has sent to. */
  breakers(): readonly string[];
}

export interface WorkerMetrics {
  observer: SagaObserver<SagaMetadata>;
  reenqueued(jobs: number): void;
}

/** From a local write to a slow destination. */
const stepBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** From an idle system to a destination that was down overnight. */
const sagaBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/** Metrics of a worker, and of the backlog. */
export const workerMetrics = (metrics: Metrics, readings: WorkerReadings): WorkerMetrics => {
  const attempts = metrics.counter({
    name: 'crossroads_step_attempts_total',
    help: 'Attempts of steps by outcome. `unavailable` and `failed` are retried. Direction `undo` is compensation.',
    labels: ['type', 'step', 'direction', 'outcome'],
  });
  const seconds = metrics.histogram({ name: 'crossroads_step_duration_seconds', help: 'Duration of attempts of steps, whatever the outcome.', labels: ['type', 'step', 'direction'], buckets: stepBuckets });
  const finished = metrics.counter({ name: 'crossroads_sagas_finished_total', help: 'Sagas that ended, by their last status. Type `recover_order` are recoveries.', labels: ['type', 'outcome'] });
  const lasted = metrics.histogram({ name: 'crossroads_saga_duration_seconds', help: 'Time from acceptance to completion, including retry delays and waits.', labels: ['type'], buckets: sagaBuckets });
  const stopped = metrics.counter({ name: 'crossroads_sagas_stopped_total', help: 'Sagas that stopped and need an operator.', labels: ['type', 'step'] });
  const claimsLost = metrics.counter({ name: 'crossroads_claims_lost_total', help: 'Executions that ended because their claim was lost: a newer one exists, or it could not be renewed.', labels: ['type'] });
  const enqueued = metrics.counter({ name: 'crossroads_jobs_reenqueued_total', help: 'Jobs that a sweep enqueued for due sagas without a job.' });
  const active = new Set<string>();

  backlogMetrics(metrics, readings);
  metrics.gauge({ name: 'crossroads_sagas_active', help: 'Sagas this worker is processing now.' }, () => [[{}, active.size]]);
  metrics.gauge({ name: 'crossroads_worker_idle_seconds', help: 'Seconds since this worker last took a job.' }, () => [[{}, readings.idleMs() / 1_000]]);
  metrics.gauge({ name: 'crossroads_destinations', help: 'Destinations this worker has sent to, by the state of their circuit breaker.', labels: ['breaker'] }, () =>
    ['closed', 'half-open', 'open'].map((breaker) => [{ breaker }, readings.breakers().filter((each) => each === breaker).length] as const),
  );

  const startedAt = new WeakMap<Attempt, number>();

  return {
    observer: {
      claimed: ({ sagaId }) => void active.add(sagaId),
      attemptStarted: (attempt) => void startedAt.set(attempt, performance.now()),
      attemptEnded(attempt, outcome) {
        const { type, step, direction } = attempt;
        seconds.observe({ type, step, direction }, (performance.now() - startedAt.get(attempt)!) / 1_000);
        attempts.inc({ type, step, direction, outcome });
      },
      stateSaved({ sagaId, type }, { phase, status, step = 'none' }) {
        if (phase === 'stopped') stopped.inc({ type, step });
        if (phase !== 'ended') return;
        finished.inc({ type, outcome: status });
        lasted.observe({ type }, Math.max(0, Date.now() - acceptedAt(sagaId)) / 1_000);
      },
      executionEnded({ sagaId, type }, isLost) {
        active.delete(sagaId);
        if (isLost) claimsLost.inc({ type });
      },
    },
    reenqueued: (jobs) => enqueued.inc({}, jobs),
  };
};

/** A saga's id is a UUIDv7: its first 48 bits are the time of its acceptance. */
const acceptedAt = (sagaId: string): number => Number.parseInt(sagaId.slice(0, 8) + sagaId.slice(9, 13), 16);
