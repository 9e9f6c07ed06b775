import { cancelableSteps, cancellation } from '@crossroads/order-reset';
import type { SignalPorts } from '@crossroads/saga';
import { cancelSaga, retryWhileMoved } from '@crossroads/saga';
import type { SagaCommandRepository, SagaDocument, SagaMetadata } from '@crossroads/store';
import { storedSagaOf } from '@crossroads/store';
import type { CommandResult, SagaCommand } from './commands.js';
import { loadUnchanged, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface CancelPorts extends SignalPorts<SagaMetadata> {
  sagas: Pick<SagaCommandRepository, 'find'>;
  enqueue: Enqueue;
}

/** Cancels a reset before it has cleared anything, as its caller can. */
export const cancelReset =
  ({ sagas, enqueue, ...ports }: CancelPorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    if (loaded.saga.type !== 'reset_order') return rejection('saga.not_a_reset', 'Only a reset can be canceled. Terminate a recovery once it waits, retries or has stopped.');
    const read = async (saga: SagaDocument | undefined) => saga && { saga: storedSagaOf(saga), entries: await ports.journal.read(sagaId) };
    const decision = cancellation({ by: input.by, reasonCode: input.reason });
    const result = await retryWhileMoved(
      await read(loaded.saga),
      async () => read(await sagas.find(sagaId)),
      async (seen) => (seen ? cancelSaga(ports, seen, cancelableSteps, decision) : 'moved'),
    );
    const saga = await sagas.find(sagaId);
    if (result === 'moved' || !saga) return rejection('saga.busy', 'A worker is processing the reset, so it could not be canceled. Nothing was changed. Try again in a second.');
    if (result !== 'canceled') return tooLate(result, saga);
    if (saga.next_run_at) enqueue(saga);
    return { ok: true };
  };

const tooLate = (result: 'too-late' | 'over', { phase, status }: SagaDocument): CommandResult => {
  if (result === 'too-late') {
    return rejection('saga.cleared', 'The BOLs and executed drops are already cleared, so the reset can no longer be canceled. Wait until it ends, or terminate it. Then recover it.');
  }
  return phase === 'stopped'
    ? rejection('saga.stopped', 'The reset has stopped before it cleared anything. Resume it, or terminate it.')
    : rejection('saga.ended', `The reset has already finished with status ${status}.`);
};
