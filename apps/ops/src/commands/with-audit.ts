import type { AuditRecord, AuditRepository, SagaCommandRepository } from '@crossroads/store';
import { recordAction } from '@crossroads/store';
import type { CommandName, CommandResult, SagaCommand } from './commands.js';
import { rejection } from './load-unchanged.js';

/** Names of the commands in the API and in audit entries. */
export const actionNames: Record<CommandName, string> = { resume: 'resume', recover: 'recover', cancel: 'cancel', terminate: 'terminate', runNow: 'run-now' };

export const reasonMissing = () => rejection('request.reason_missing', 'Enter a reason. Nothing was changed.');

/** Runs an action with its audit lines. */
export const runWithAudit = (
  audit: Pick<AuditRepository, 'begin'>,
  record: AuditRecord,
  run: () => Promise<CommandResult>,
  resultDetail: (result: Extract<CommandResult, { ok: true }>) => object | undefined = () => undefined,
): Promise<CommandResult> =>
  recordAction(audit, record, run, (result) => {
    const detail = result.ok ? resultDetail(result) : { message: result.message };
    return { ...(result.ok ? { outcome: 'done' } : { outcome: 'rejected', code: result.code }), ...(detail && { detail }) };
  });

export interface AuditPorts {
  audit: Pick<AuditRepository, 'begin'>;
  sagas: Pick<SagaCommandRepository, 'find'>;
}

/** Returns the command with an audit entry for each call. Rejects a call without a reason. */
export const withAudit =
  (action: CommandName, command: SagaCommand, { audit, sagas }: AuditPorts): SagaCommand =>
  async (sagaId, input) => {
    const reason = input.reason.trim();
    if (reason.length === 0) return reasonMissing();
    const { by, role, credential, from, force, bulkId } = input;
    const saga = await sagas.find(sagaId);
    const record: AuditRecord = {
      by,
      role,
      credential,
      action: actionNames[action],
      saga_id: sagaId,
      ...(saga && { correlation_id: saga.correlation_id }),
      reason,
      from,
      detail: { ...(saga && { phase: saga.phase, status: saga.status, epoch: saga.epoch }), ...(force && { force }), ...(bulkId !== undefined && { bulk_id: bulkId }) },
    };
    return runWithAudit(
      audit,
      record,
      () => command(sagaId, { ...input, reason }),
      ({ recoverySagaId }) => (recoverySagaId === undefined ? undefined : { ...(force && { force }), recovery_saga_id: recoverySagaId }),
    );
  };
