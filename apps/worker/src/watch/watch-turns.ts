import type { Answered } from '@crossroads/queue';
import type { Claim, Settlement } from '@crossroads/saga';
import type { SagaFacts, SagaRepository } from '@crossroads/store';
import type { Attempt } from './attempt.js';
import { aboutAttempt } from './scoped-log.js';
import type { StepWatcher } from './watch-steps.js';

/** Told how this worker's turn at a saga goes, from the claim to its end. */
export interface TurnWatcher {
  claimed?(claim: Claim<SagaFacts>): void;
  /** The saga was left in order. */
  settled?(claim: Claim<SagaFacts>, settlement: Settlement): void;
  /** `lost`: a newer claim took the saga over, or this one could not be renewed; this worker wrote no more. */
  over?(claim: Claim<SagaFacts>, lost: boolean): void;
}

/** Takes a turn at a saga; `started` is how often its job was begun. */
export type Answer = (sagaId: string, started: number) => Promise<Answered>;

export interface WatchedTurns {
  sagas: SagaRepository;
  /** What answers a bell, with its turn watched to the end. */
  during(answer: Answer): Answer;
  /** Notes which step a turn is at. */
  noteStep: StepWatcher;
  /** What a log line says of a turn in hand. */
  about(sagaId: string): object;
}

interface Turn {
  claim: Claim<SagaFacts>;
  /** The step it is at. */
  at?: Attempt;
}

export const watchTurns = (sagas: SagaRepository, watchers: readonly TurnWatcher[]): WatchedTurns => {
  const inHand = new Map<string, Turn>();
  return {
    sagas: {
      ...sagas,
      async claim(sagaId) {
        const claim = await sagas.claim(sagaId);
        if (typeof claim === 'string') return claim;
        inHand.set(sagaId, { claim });
        for (const watcher of watchers) watcher.claimed?.(claim);
        return claim;
      },
      async settle(claim, settlement) {
        await sagas.settle(claim, settlement);
        const turn = inHand.get(claim.sagaId);
        if (turn) for (const watcher of watchers) watcher.settled?.(turn.claim, settlement);
      },
    },
    during: (answer) => async (sagaId, started) => {
      const anothers = inHand.get(sagaId);
      let lost = false;
      try {
        const answered = await answer(sagaId, started);
        lost = answered.next === 'over' && answered.outcome.outcome === 'left';
        return answered;
      } finally {
        const turn = inHand.get(sagaId);
        lost ||= turn?.claim.lost?.aborted === true;
        // A second bell of a saga in hand claims nothing, so it has nothing to end.
        if (turn && turn !== anothers) {
          inHand.delete(sagaId);
          for (const watcher of watchers) watcher.over?.(turn.claim, lost);
        }
      }
    },
    noteStep: (attempt) => {
      const turn = inHand.get(attempt.context.sagaId);
      if (turn) turn.at = attempt;
    },
    about: (sagaId) => {
      const turn = inHand.get(sagaId);
      if (turn?.at) return aboutAttempt(turn.at);
      return { saga_id: sagaId, ...(turn && { correlation_id: turn.claim.correlationId }) };
    },
  };
};
