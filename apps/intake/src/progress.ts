import type { IntegrationStatus, ResetProgress } from '@crossroads/contract';
import type { EntryDocument, SagaDocument } from '@crossroads/store';
import { toLog } from '@crossroads/store';
import { acceptedLog } from './accepted-log.js';

/** How a reset goes, from its saga and its log. */
export const progressOf = (saga: SagaDocument, entries: readonly EntryDocument[]): ResetProgress => {
  const logs = [acceptedLog({ ...saga, saga_id: saga._id }), ...entries.map(toLog)];
  const newest = logs.at(-1)!;
  const done = saga.phase === 'ended' || saga.phase === 'stopped';
  return {
    status: done ? saga.status : ((entries.at(-1)?.journal.integration_status ?? 'pending') as IntegrationStatus),
    message: saga.error?.message ?? newest.detail.message,
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
