import type { IntegrationStatus, ResetProgress } from '@crossroads/contract';
import type { LogEntry, SagaDocument } from '@crossroads/store';
import { fromStored } from './accept-once.js';
import { acceptedLog } from './accepted-log.js';
import { callerMessage, toCallerLog } from './caller-log.js';

/** Returns the state of a reset, from its saga and its log. */
export const progressOf = (saga: SagaDocument, entries: readonly LogEntry[]): ResetProgress => {
  const logs = [acceptedLog(fromStored(saga)), ...entries.map(toCallerLog)];
  const newest = logs.at(-1)!;
  const done = saga.phase === 'ended' || saga.phase === 'stopped';
  return {
    status: done ? saga.status : statusIn(entries),
    // A saga is saved when it stops running. While it runs, its newest log entry is more recent.
    message: (done ? callerMessage(saga, entries) : undefined) ?? newest.detail.message,
    log: newest,
    correlation_id: saga.correlation_id,
    saga_id: saga._id,
    done,
    step: done && saga.phase === 'ended' ? null : (saga.step ?? null),
    attempts: saga.failures,
    next_attempt_at: saga.phase === 'retrying' ? (saga.next_run_at?.toISOString() ?? null) : null,
    log_count: logs.length,
    logs,
  };
};

/**
 * Returns the status of an active reset. `canceled` stays: a worker that has not read the cancellation yet may write another entry after it.
 * Without this, a caller that got `canceled` would see another status again.
 */
const statusIn = (entries: readonly LogEntry[]): IntegrationStatus => {
  if (entries.some(({ step }) => step.outcome === 'canceled')) return 'canceled';
  return (entries.at(-1)?.journal.status ?? 'pending') as IntegrationStatus;
};
