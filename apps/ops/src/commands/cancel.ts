import type { CancelSagaPorts, SagaCommandRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import { cancelSaga } from '@crossroads/store';
import type { CommandResult, SagaCommand } from './commands.js';
import { loadUnchanged, rejection } from './load-unchanged.js';
import type { Enqueue } from './enqueue.js';

export interface CancelPorts {
  sagas: Pick<SagaCommandRepository, 'find'>;
  view: Pick<SagaViewRepository, 'entries'>;
  canceling: CancelSagaPorts;
  enqueue: Enqueue;
}

/** Milliseconds to retry while a worker processes the reset. */
const retryForMs = 1_500;
const retryEveryMs = 60;

/** Cancels a reset before it has cleared anything, as its caller can. */
export const cancelReset =
  ({ sagas, view, canceling, enqueue }: CancelPorts): SagaCommand =>
  async (sagaId, input) => {
    const loaded = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in loaded) return loaded.rejected;
    if (loaded.saga.type !== 'reset_order') return rejection('saga.not_a_reset', 'Only a reset can be canceled. Terminate a recovery once it waits, retries or has stopped.');
    const startedAt = performance.now();
    for (let saga: SagaDocument | undefined = loaded.saga; saga; saga = await sagas.find(sagaId)) {
      const result = await cancelSaga(canceling, { saga, entries: await view.entries(sagaId) }, { by: input.by, reasonCode: input.reason });
      if (result === 'canceled') {
        const now = await sagas.find(sagaId);
        if (now?.next_run_at) enqueue(now);
        return { ok: true };
      }
      if (result !== 'moved') return tooLate(result, saga);
      if (performance.now() - startedAt > retryForMs) break;
      await new Promise((resolve) => setTimeout(resolve, retryEveryMs));
    }
    return rejection('saga.busy', 'A worker is processing the reset, so it could not be canceled. Nothing was changed. Try again in a second.');
  };

const tooLate = (result: 'cleared' | 'over', { phase, status }: SagaDocument): CommandResult => {
  if (result === 'cleared') {
    return rejection('saga.cleared', 'The BOLs and executed drops are already cleared, so the reset can no longer be canceled. Wait until it ends, or terminate it. Then recover it.');
  }
  return phase === 'stopped'
    ? rejection('saga.stopped', 'The reset has stopped before it cleared anything. Resume it, or terminate it.')
    : rejection('saga.ended', `The reset has already finished with status ${status}.`);
};
