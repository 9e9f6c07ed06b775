import type { JobResult } from '@crossroads/saga-bullmq';
import type { Claim, SagaStateUpdate } from '@crossroads/saga';
import type { SagaMetadata, SagaRepository } from '@crossroads/store';
import type { Attempt } from './attempt.js';
import { aboutAttempt } from './scoped-log.js';
import type { StepObserver } from './instrument-steps.js';

/** Told how this worker's turn at a saga goes, from the claim to its end. */
export interface ExecutionObserver {
  claimed?(claim: Claim<SagaMetadata>): void;
  /** The saga was left in order. */
  settled?(claim: Claim<SagaMetadata>, stateUpdate: SagaStateUpdate): void;
  /** `lost`: a newer claim took the saga over, or this one could not be renewed; this worker wrote no more. */
  over?(claim: Claim<SagaMetadata>, lost: boolean): void;
}

/** Takes a turn at a saga; `started` is how often its job was begun. */
export type Answer = (sagaId: string, started: number) => Promise<JobResult>;

export interface ObservedExecutions {
  sagas: SagaRepository;
  /** What answers a bell, with its turn watched to the end. */
  observe(answer: Answer): Answer;
  /** Notes which step a turn is at. */
  noteStep: StepObserver;
  /** What a log line says of a turn in hand. */
  about(sagaId: string): object;
}

interface SagaExecution {
  claim: Claim<SagaMetadata>;
  /** The step it is at. */
  at?: Attempt;
}

export const instrumentExecutions = (sagas: SagaRepository, observers: readonly ExecutionObserver[]): ObservedExecutions => {
  const active = new Map<string, SagaExecution>();
  return {
    sagas: {
      ...sagas,
      async claim(sagaId) {
        const claim = await sagas.claim(sagaId);
        if (typeof claim === 'string') return claim;
        active.set(sagaId, { claim });
        for (const observer of observers) observer.claimed?.(claim);
        return claim;
      },
      async saveState(claim, stateUpdate) {
        await sagas.saveState(claim, stateUpdate);
        const turn = active.get(claim.sagaId);
        if (turn) for (const observer of observers) observer.settled?.(turn.claim, stateUpdate);
      },
    },
    observe: (answer) => async (sagaId, started) => {
      const anothers = active.get(sagaId);
      let lost = false;
      try {
        const result = await answer(sagaId, started);
        lost = result.next === 'over' && result.outcome.outcome === 'skipped';
        return result;
      } finally {
        const turn = active.get(sagaId);
        lost ||= turn?.claim.lost?.aborted === true;
        // A second bell of a saga in hand claims nothing, so it has nothing to end.
        if (turn && turn !== anothers) {
          active.delete(sagaId);
          for (const observer of observers) observer.over?.(turn.claim, lost);
        }
      }
    },
    noteStep: (attempt) => {
      const turn = active.get(attempt.context.sagaId);
      if (turn) turn.at = attempt;
    },
    about: (sagaId) => {
      const turn = active.get(sagaId);
      if (turn?.at) return aboutAttempt(turn.at);
      return { saga_id: sagaId, ...(turn && { correlation_id: turn.claim.correlationId }) };
    },
  };
};
