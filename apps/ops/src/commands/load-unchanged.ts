import type { SagaCommandRepository, SagaDocument } from '@crossroads/store';
import type { OperatorCode } from '../http/codes.js';
import type { CommandResult, CommandInput } from './commands.js';

type Rejection = Extract<CommandResult, { ok: false }>;

export const rejection = (code: OperatorCode, message: string): Rejection => ({ ok: false, code, message });

export const moved = (): Rejection => rejection('saga.moved', 'The saga has moved on since you looked. Nothing was changed. See how it stands now, then decide again.');

/** The saga as the operator looked at it, or why it must be left alone. */
export const loadUnchanged = async (
  sagas: Pick<SagaCommandRepository, 'find'>,
  sagaId: string,
  { expectedEpoch }: Pick<CommandInput, 'expectedEpoch'>,
): Promise<{ saga: SagaDocument } | { rejected: Rejection }> => {
  const saga = await sagas.find(sagaId);
  if (!saga) return { rejected: rejection('saga.unknown', 'There is no such saga.') };
  if (expectedEpoch !== undefined && saga.epoch !== expectedEpoch) return { rejected: moved() };
  return { saga };
};
