import type { StepResult } from '@crossroads/saga';
import { done, StopSaga } from '@crossroads/saga';

/** Compensates an effect on the order. A deleted order has nothing to restore, so compensation continues without it; else a canceled reset would stop. */
export const unlessDeleted = async (undo: () => Promise<StepResult<object>>): Promise<StepResult<object>> => {
  try {
    return await undo();
  } catch (error) {
    if (error instanceof StopSaga && error.code === 'order.gone') return done({ restored: false }, { message: 'The order was deleted, so nothing was restored.' });
    throw error;
  }
};
