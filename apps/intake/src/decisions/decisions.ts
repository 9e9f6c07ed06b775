import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaFacts } from '@crossroads/store';
import type { Reset, Resets } from '../resets.js';
import type { Answer } from './answer.js';
import { answerReset } from './answer.js';
import { cancelReset } from './cancel.js';

/** Who decides, and why, in a code of their own. */
export interface Decision {
  by: string;
  reasonCode: string | null;
}

/** Decisions about a running reset that come from outside. Each answers the reset as it stands afterwards, or throws Refused with 409. */
export interface Decisions {
  cancel(reset: Reset, decision: Decision): Promise<Reset>;
  answer(reset: Reset, answer: Answer, decision: Decision): Promise<Reset>;
}

export interface DecisionPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaFacts>;
  bells: Bells;
  log: Log;
}

export const createDecisions = ({ resets, sagas, journal, bells, log }: DecisionPorts): Decisions => {
  const ring = ({ saga }: Reset, epoch: number): void => {
    bells
      .ring({ sagaId: saga._id, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch })
      .catch((error: unknown) => log.warn('the bell may not have rung; a sweep will', { saga_id: saga._id, error }));
  };
  const ports = { resets, sagas, journal, ring };
  return {
    cancel: (reset, { by, reasonCode }) => cancelReset(ports, reset, by, reasonCode),
    answer: (reset, answer, { by, reasonCode }) => answerReset(ports, reset, answer, by, reasonCode),
  };
};
