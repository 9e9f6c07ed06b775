import type { IntegrationStatus, ResetProgress } from '@crossroads/contract';
import type { EntryDocument, SagaDocument } from '@crossroads/store';
import { toLog } from '@crossroads/store';
import { acceptedBefore } from './accept-once.js';
import { acceptedLog } from './accepted-log.js';

/** How a reset goes, from its saga and its log. */
export const progressOf = (saga: SagaDocument, entries: readonly EntryDocument[]): ResetProgress => {
  const logs = [acceptedLog(acceptedBefore(saga)), ...entries.map(toLog)];
  const newest = logs.at(-1)!;
  const done = saga.phase === 'ended' || saga.phase === 'stopped';
  return {
    status: done ? saga.status : statusSoFar(entries),
    // What the saga holds is of its last rest; while it moves, its newest entry knows better.
    message: (done ? saga.error?.message : undefined) ?? newest.detail.message,
    log: newest,
    correlation_id: saga.correlation_id,
    saga_id: saga._id,
    done,
    step: done && saga.phase === 'ended' ? null : (saga.step ?? null),
    attempts: saga.failures,
    next_attempt_at: saga.phase === 'retrying' ? (saga.next_run_at?.toISOString() ?? null) : null,
    logs,
  };
};

/** A worker that has not yet heard of the cancellation may write another line below it; the caller has been told, and must not see it taken back. */
const statusSoFar = (entries: readonly EntryDocument[]): IntegrationStatus => {
  if (entries.some(({ step }) => step.outcome === 'canceled')) return 'canceled';
  return (entries.at(-1)?.journal.integration_status ?? 'pending') as IntegrationStatus;
};
