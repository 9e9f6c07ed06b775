import type { StepContext, StepResult } from '@crossroads/saga';
import { done, StopSaga } from '@crossroads/saga';
import type { DispatchPolicy } from '../ports.js';

/** The step whose entries record requests to a destination. */
export const dispatchResetStep = 'dispatch-reset';

/** Returns whether compensation leaves the order cleared. A canceled reset is always restored: the policy covers only a rejection by the destination. */
export const staysCleared = ({ on_rejection }: DispatchPolicy, { compensationCause }: StepContext): boolean =>
  on_rejection === 'keep' && compensationCause?.step === dispatchResetStep;

/** Returns the last sentence of a rejection's message: what happens to the order. */
export const orderAfterRejection = ({ on_rejection }: DispatchPolicy): string =>
  on_rejection === 'keep' ? 'The order stays cleared, as this destination is configured; an operator can recover it.' : 'The order is restored to its state before the reset.';

/** Compensates an effect on the order. A deleted order has nothing to restore, so compensation continues without it. Otherwise a canceled reset would stop. */
export const unlessDeleted = async (undo: () => Promise<StepResult<object>>): Promise<StepResult<object>> => {
  try {
    return await undo();
  } catch (error) {
    if (error instanceof StopSaga && error.code === 'order.gone') return done({ restored: false }, { message: 'The order was deleted, so nothing was restored.' });
    throw error;
  }
};
