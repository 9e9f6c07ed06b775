import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { Journal } from '@crossroads/saga';
import type { DecisionRepository, SagaMetadata } from '@crossroads/store';
import type { Reset, Resets } from '../resets.js';
import type { Answer } from './answer.js';
import { answerReset } from './answer.js';
import type { Decision } from './decision.js';
import { cancelReset } from './cancel.js';

/** Decisions about a running reset that come from outside. Each answers the reset as it stands afterwards, or throws Refused with 409. */
export interface Decisions {
  cancel(reset: Reset, decision: Decision): Promise<Reset>;
  answer(reset: Reset, answer: Answer, decision: Decision): Promise<Reset>;
}

export interface DecisionPorts {
  resets: Resets;
  sagas: DecisionRepository;
  journal: Journal<SagaMetadata>;
  queue: Pick<SagaQueue, 'enqueue'>;
  log: Log;
}

export const createDecisions = ({ resets, sagas, journal, queue, log }: DecisionPorts): Decisions => {
  const enqueue = ({ saga }: Reset): void => {
    queue
      .enqueue({ sagaId: saga._id, correlationId: saga.correlation_id, type: saga.type, tenantId: saga.tenant_id, epoch: saga.epoch })
      .catch((error: unknown) => log.warn('the bell may not have rung; a sweep will', { saga_id: saga._id, error }));
  };
  const ports = { resets, sagas, journal, enqueue };
  return {
    cancel: (reset, decision) => cancelReset(ports, reset, decision),
    answer: (reset, answer, decision) => answerReset(ports, reset, answer, decision),
  };
};
