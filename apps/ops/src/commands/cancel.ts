import type { CallOffPorts, SagaCommandRepository, SagaDocument, SagaViewRepository } from '@crossroads/store';
import { callOff } from '@crossroads/store';
import type { CommandResult, SagaCommand } from './commands.js';
import { lookedAt, refusal } from './looked-at.js';
import type { RingFor } from './ring.js';

export interface CancelPorts {
  sagas: Pick<SagaCommandRepository, 'find'>;
  view: Pick<SagaViewRepository, 'entries'>;
  callingOff: CallOffPorts;
  ring: RingFor;
}

/** Milliseconds an operator is kept waiting for a worker to finish what it is at. */
const patienceMs = 1_500;
const pauseMs = 60;

/** Calls a reset off before it has cleared anything, as its caller could: the first verdict on the step stands. */
export const cancelReset =
  ({ sagas, view, callingOff, ring }: CancelPorts): SagaCommand =>
  async (sagaId, wish) => {
    const look = await lookedAt(sagas, sagaId, wish);
    if ('refused' in look) return look.refused;
    if (look.saga.type !== 'reset_order') return refusal('saga.not_a_reset', 'Only a reset can be canceled. A recovery that rests can be abandoned.');
    const began = performance.now();
    for (let saga: SagaDocument | undefined = look.saga; saga; saga = await sagas.find(sagaId)) {
      const came = await callOff(callingOff, { saga, entries: await view.entries(sagaId) }, { by: wish.by, reasonCode: wish.reason });
      if (came === 'called-off') {
        const now = await sagas.find(sagaId);
        if (now?.next_run_at) ring(now);
        return { ok: true };
      }
      if (came !== 'moved') return tooLate(came, saga);
      if (performance.now() - began > patienceMs) break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return refusal('saga.busy', 'A worker is at the reset at this very moment. Try again in a second.');
  };

const tooLate = (came: 'cleared' | 'over', { phase, status }: SagaDocument): CommandResult => {
  if (came === 'cleared') return refusal('saga.cleared', 'The BOLs and executed drops have been cleared already, so it cannot be canceled any more. Let it end, or abandon it; then recover.');
  return phase === 'stopped'
    ? refusal('saga.stopped', 'The reset has stopped before it cleared anything. Resume it, or abandon it.')
    : refusal('saga.ended', `The reset is over already (${status}).`);
};
