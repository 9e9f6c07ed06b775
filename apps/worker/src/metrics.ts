import type { Backlog, Metrics } from '@crossroads/platform';
import { backlogMetrics } from '@crossroads/platform';
import type { StepObserver } from './telemetry/instrument-steps.js';
import type { ExecutionObserver } from './telemetry/instrument-executions.js';

/** What a worker looks at when it is asked. */
export interface WorkerLooks extends Backlog {
  idleMs(): number;
  /** The circuit breaker of each destination this worker has sent to. */
  breakers(): readonly string[];
}

export interface WorkerMetrics {
  step: StepObserver;
  turn: ExecutionObserver;
  reenqueued(queue: number): void;
}

/** From a local write to a destination that takes its time. */
const stepBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** From a quiet day to a destination that is back in the morning. */
const sagaBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/** What a worker counts, and what waits. */
export const workerMetrics = (metrics: Metrics, looks: WorkerLooks): WorkerMetrics => {
  const attempts = metrics.counter({
    name: 'crossroads_step_attempts_total',
    help: 'Attempts of steps, by how they came out. `unavailable` and `failed` are tried again; direction `undo` takes a step back.',
    labels: ['type', 'step', 'direction', 'outcome'],
  });
  const seconds = metrics.histogram({ name: 'crossroads_step_duration_seconds', help: 'Attempts of steps, however they came out.', labels: ['type', 'step', 'direction'], buckets: stepBuckets });
  const finished = metrics.counter({ name: 'crossroads_sagas_finished_total', help: 'Sagas that ended, by their last status. Type `recover_order` are recoveries.', labels: ['type', 'outcome'] });
  const lasted = metrics.histogram({ name: 'crossroads_saga_duration_seconds', help: 'From acceptance to the end, rests and waits included.', labels: ['type'], buckets: sagaBuckets });
  const stopped = metrics.counter({ name: 'crossroads_sagas_stopped_total', help: 'Sagas that stopped and wait for an operator.', labels: ['type', 'step'] });
  const ownLock = metrics.counter({ name: 'crossroads_claims_lost_total', help: 'Turns that ended because their claim was lost: a newer one was made, or it could not be renewed.', labels: ['type'] });
  const enqueued = metrics.counter({ name: 'crossroads_jobs_reenqueued_total', help: 'Jobs that a sweep made for sagas that were due and that no job was going to move.' });
  const active = new Set<string>();

  backlogMetrics(metrics, looks);
  metrics.gauge({ name: 'crossroads_sagas_active', help: 'Sagas this worker is at.' }, () => [[{}, active.size]]);
  metrics.gauge({ name: 'crossroads_worker_idle_seconds', help: 'Since this worker last took up a bell.' }, () => [[{}, looks.idleMs() / 1_000]]);
  metrics.gauge({ name: 'crossroads_destinations', help: 'Destinations this worker has sent to, by the state of their circuit breaker.', labels: ['breaker'] }, () =>
    ['closed', 'half-open', 'open'].map((breaker) => [{ breaker }, looks.breakers().filter((each) => each === breaker).length] as const),
  );

  return {
    step: ({ type, step, direction }) => {
      const began = performance.now();
      return (outcome) => {
        seconds.observe({ type, step, direction }, (performance.now() - began) / 1_000);
        attempts.inc({ type, step, direction, outcome });
      };
    },
    turn: {
      claimed: ({ sagaId }) => void active.add(sagaId),
      settled({ sagaId, type }, { phase, status, step = 'none' }) {
        if (phase === 'stopped') stopped.inc({ type, step });
        if (phase !== 'ended') return;
        finished.inc({ type, outcome: status });
        lasted.observe({ type }, Math.max(0, Date.now() - acceptedAt(sagaId)) / 1_000);
      },
      over({ sagaId, type }, lost) {
        active.delete(sagaId);
        if (lost) ownLock.inc({ type });
      },
    },
    reenqueued: (queue) => enqueued.inc({}, queue),
  };
};

/** A saga's id is a UUIDv7: its first 48 bits are the time of its acceptance. */
const acceptedAt = (sagaId: string): number => Number.parseInt(sagaId.slice(0, 8) + sagaId.slice(9, 13), 16);
