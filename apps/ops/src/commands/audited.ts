import type { AuditRepository, SagaCommandRepository } from '@crossroads/store';
import type { CommandName, SagaCommand } from './commands.js';
import { rejection } from './load-unchanged.js';

export interface AuditedPorts {
  audit: Pick<AuditRepository, 'begin'>;
  sagas: Pick<SagaCommandRepository, 'find'>;
}

/** The command, with a reason required and a line in the audit trail: no line, no deed. */
export const audited = (action: CommandName, command: SagaCommand, { audit, sagas }: AuditedPorts): SagaCommand => {
  return async (sagaId, input) => {
    const reason = input.reason.trim();
    if (reason.length === 0) return rejection('request.reason_missing', 'Say why, in a few words. Nothing was changed.');
    const { by, role, from, force, bulkId } = input;
    const saga = await sagas.find(sagaId);
    const end = await audit.begin({
      by,
      role,
      action: actionNames[action],
      saga_id: sagaId,
      ...(saga && { correlation_id: saga.correlation_id }),
      reason,
      from,
      detail: { ...(saga && { phase: saga.phase, status: saga.status, epoch: saga.epoch }), ...(force && { force }), ...(bulkId !== undefined && { bulk_id: bulkId }) },
    });
    try {
      const result = await command(sagaId, { ...input, reason });
      await end(
        result.ok
          ? { outcome: 'done', ...(result.recoverySagaId !== undefined && { detail: { ...(force && { force }), recovery_saga_id: result.recoverySagaId } }) }
          : { outcome: 'rejected', code: result.code, detail: { message: result.message } },
      );
      return result;
    } catch (error) {
      await end({ outcome: 'failed', detail: { message: error instanceof Error ? error.message : String(error) } }).catch(() => undefined);
      throw error;
    }
  };
};

/** As the API and the audit trail spell them. */
export const actionNames: Record<CommandName, string> = { resume: 'resume', recover: 'recover', cancel: 'cancel', terminate: 'terminate', runNow: 'run-now' };
