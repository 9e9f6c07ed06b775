import type { StepLog } from '@crossroads/saga';
import type { Attempt } from './attempt.js';

/** What every line about an attempt carries. */
export const aboutAttempt = ({ type, step, direction, context }: Attempt): object => {
  const { sagaId, correlationId, epoch, attempt } = context;
  return { saga_id: sagaId, correlation_id: correlationId, saga_type: type, step, direction, epoch, attempt };
};

/** The log as a step sees it: whatever it says is said of the attempt it is at. */
export const scopedLog = (log: StepLog, attempt: Attempt): StepLog => ({
  info: (message, facts) => log.info(message, { ...facts, ...aboutAttempt(attempt) }),
  warn: (message, facts) => log.warn(message, { ...facts, ...aboutAttempt(attempt) }),
  error: (message, facts) => log.error(message, { ...facts, ...aboutAttempt(attempt) }),
});
