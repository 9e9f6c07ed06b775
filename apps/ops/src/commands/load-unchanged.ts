import type { SagaCommandRepository, SagaDocument } from '@crossroads/store';
import type { OperatorCode } from '../http/codes.js';
import type { CommandResult, CommandInput } from './commands.js';

type Rejection = Extract<CommandResult, { ok: false }>;

export const rejection = (code: OperatorCode, message: string): Rejection => ({ ok: false, code, message });

export const moved = (): Rejection => rejection('saga.moved', 'The saga has changed since the page was loaded. Nothing was changed. Reload the page and decide again.');

/** Returns the saga, or a rejection when it does not exist or its epoch is not the expected one. */
export const loadUnchanged = async (
  sagas: Pick<SagaCommandRepository, 'find'>,
  sagaId: string,
  { expectedEpoch }: Pick<CommandInput, 'expectedEpoch'>,
): Promise<{ saga: SagaDocument } | { rejected: Rejection }> => {
  const saga = await sagas.find(sagaId);
  if (!saga) return { rejected: rejection('saga.unknown', 'No saga has this id. Nothing was changed.') };
  if (expectedEpoch !== undefined && saga.epoch !== expectedEpoch) return { rejected: moved() };
  return { saga };
};
