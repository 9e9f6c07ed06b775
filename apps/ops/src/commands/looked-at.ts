import type { SagaCommandRepository, SagaDocument } from '@crossroads/store';
import type { OperatorCode } from '../http/codes.js';
import type { CommandResult, CommandWish } from './commands.js';

type Refusal = Extract<CommandResult, { ok: false }>;

export const refusal = (code: OperatorCode, message: string): Refusal => ({ ok: false, code, message });

export const moved = (): Refusal => refusal('saga.moved', 'The saga has moved on since you looked. Nothing was changed. See how it stands now, then decide again.');

/** The saga as the operator looked at it, or why it must be left alone. */
export const lookedAt = async (
  sagas: Pick<SagaCommandRepository, 'find'>,
  sagaId: string,
  { expectedEpoch }: Pick<CommandWish, 'expectedEpoch'>,
): Promise<{ saga: SagaDocument } | { refused: Refusal }> => {
  const saga = await sagas.find(sagaId);
  if (!saga) return { refused: refusal('saga.unknown', 'There is no such saga.') };
  if (expectedEpoch !== undefined && saga.epoch !== expectedEpoch) return { refused: moved() };
  return { saga };
};
