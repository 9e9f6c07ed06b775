import type { Decision } from '@crossroads/order-reset';
import type { Log } from '@crossroads/platform';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import { createEnqueue } from '../enqueue.js';
import type { Reset } from '../resets.js';
import type { Answer } from './answer.js';
import { answerReset } from './answer.js';
import { cancelReset } from './cancel.js';
import type { DecisionPorts } from './decision.js';

/** Decisions of callers about an active reset. Each returns the reset after the decision, or throws HttpError with 409. */
export interface Decisions {
  cancel(reset: Reset, decision: Decision): Promise<Reset>;
  answer(reset: Reset, answer: Answer, decision: Decision): Promise<Reset>;
}

export interface DecisionsOptions extends Omit<DecisionPorts, 'enqueue'> {
  queue: Pick<SagaQueue, 'enqueue'>;
  log: Log;
}

export const createDecisions = ({ queue, log, ...others }: DecisionsOptions): Decisions => {
  const enqueue = createEnqueue(queue, log);
  const ports: DecisionPorts = { ...others, enqueue: ({ saga }) => enqueue({ ...saga, saga_id: saga._id }) };
  return {
    cancel: (reset, decision) => cancelReset(ports, reset, decision),
    answer: (reset, answer, decision) => answerReset(ports, reset, answer, decision),
  };
};
