import type { StepLog } from '@crossroads/saga';
import type { Attempt } from './attempt.js';

/** What every line about an attempt carries. */
export const aboutAttempt = ({ type, step, direction, context }: Attempt): object => {
  const { sagaId, correlationId, epoch, attempt } = context;
  return { saga_id: sagaId, correlation_id: correlationId, saga_type: type, step, direction, epoch, attempt };
};

/** The log as a step sees it: whatever it says is said of the attempt it is at. */
export const scopedLog = (log: StepLog, attempt: Attempt): StepLog => ({
  info: (message, metadata) => log.info(message, { ...metadata, ...aboutAttempt(attempt) }),
  warn: (message, metadata) => log.warn(message, { ...metadata, ...aboutAttempt(attempt) }),
  error: (message, metadata) => log.error(message, { ...metadata, ...aboutAttempt(attempt) }),
});
