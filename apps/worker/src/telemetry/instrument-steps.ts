import type { Direction, SagaType, Step, StepContext } from '@crossroads/saga';
import { ClaimLost, NonRetryableError, RetryableError, DeferStep, StoreUnavailable } from '@crossroads/saga';
import type { Attempt } from './attempt.js';
import { scopedLog } from './scoped-log.js';

/** As the journal says it; the last two leave no entry. */
export type AttemptOutcome = 'done' | 'rejected' | 'unavailable' | 'failed' | 'waiting' | 'store-away' | 'claim-lost';

/** Told as an attempt begins; what it answers is told how the attempt came out. */
export type StepObserver = (attempt: Attempt) => ((outcome: AttemptOutcome, error?: unknown) => void) | void;

/** The same saga types, watched from outside: the kernel and the steps know nothing of logs, metrics and traces. */
export const instrumentSteps = (types: readonly SagaType[], observers: readonly StepObserver[]): SagaType[] =>
  types.map((saga) => ({ ...saga, steps: saga.steps.map((step) => watched(saga.type, step, observers)) }));

const watched = (type: string, step: Step, observers: readonly StepObserver[]): Step => {
  const attempt = async <T>(direction: Direction, given: StepContext, act: (context: StepContext) => Promise<T>): Promise<T> => {
    const context = { ...given, log: scopedLog(given.log, { type, step: step.name, direction, context: given }) };
    const begun = observers.map((observer) => observer({ type, step: step.name, direction, context }));
    try {
      const result = await act(context);
      for (const ended of begun) ended?.('done');
      return result;
    } catch (error) {
      const outcome = outcomeOf(error, direction);
      for (const ended of begun) ended?.(outcome, error);
      throw error;
    }
  };
  return {
    ...step,
    run: (state, given) => attempt('run', given, (context) => step.run(state, context)),
    ...(step.undo && { undo: (state: object, given: StepContext) => attempt('undo', given, (context) => step.undo!(state, context)) }),
  };
};

const outcomeOf = (error: unknown, direction: Direction): AttemptOutcome => {
  if (error instanceof RetryableError) return 'unavailable';
  if (error instanceof DeferStep) return 'waiting';
  // An undo has nobody to refuse to.
  if (error instanceof NonRetryableError && direction === 'run') return 'rejected';
  if (error instanceof StoreUnavailable) return 'store-away';
  return error instanceof ClaimLost ? 'claim-lost' : 'failed';
};
