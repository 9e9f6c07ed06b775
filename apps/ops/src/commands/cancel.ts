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

/** Milliseconds an operator is kept waiting for a worker to finish what it is at. */
const patienceMs = 1_500;
const pauseMs = 60;

/** Calls a reset off before it has cleared anything, as its caller could: the first verdict on the step stands. */
export const cancelReset =
  ({ sagas, view, canceling, enqueue }: CancelPorts): SagaCommand =>
  async (sagaId, input) => {
    const look = await loadUnchanged(sagas, sagaId, input);
    if ('rejected' in look) return look.rejected;
    if (look.saga.type !== 'reset_order') return rejection('saga.not_a_reset', 'Only a reset can be canceled. A recovery that rests can be abandoned.');
    const began = performance.now();
    for (let saga: SagaDocument | undefined = look.saga; saga; saga = await sagas.find(sagaId)) {
      const came = await cancelSaga(canceling, { saga, entries: await view.entries(sagaId) }, { by: input.by, reasonCode: input.reason });
      if (came === 'canceled') {
        const now = await sagas.find(sagaId);
        if (now?.next_run_at) enqueue(now);
        return { ok: true };
      }
      if (came !== 'moved') return tooLate(came, saga);
      if (performance.now() - began > patienceMs) break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return rejection('saga.busy', 'A worker is at the reset at this very moment. Try again in a second.');
  };

const tooLate = (came: 'cleared' | 'over', { phase, status }: SagaDocument): CommandResult => {
  if (came === 'cleared') return rejection('saga.cleared', 'The BOLs and executed drops have been cleared already, so it cannot be canceled any more. Let it end, or abandon it; then recover.');
  return phase === 'stopped'
    ? rejection('saga.stopped', 'The reset has stopped before it cleared anything. Resume it, or abandon it.')
    : rejection('saga.ended', `The reset is over already (${status}).`);
};
