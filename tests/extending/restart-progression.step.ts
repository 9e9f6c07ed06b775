import type { Order, ResetOrderPorts } from '@crossroads/order-reset';
import { NO_PROGRESS } from '@crossroads/order-reset';
import type { PivotStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';

interface Input {
  order: Order;
  progression_state: string;
}

interface Output {
  progression: { was: string };
}

/** Resets the order's progression once. A second attempt detects the effect of the first one in the order lock. */
export const restartProgression = ({ orders }: Pick<ResetOrderPorts, 'orders'>): PivotStep<Input, Output> => ({
  name: 'restart-progression',
  title: `Progression set to ${NO_PROGRESS}`,
  status: { done: 'master_mapped', rejected: 'error' },
  retry: { attempts: 20, firstDelayMs: 250, growth: 2, maxDelayMs: 60_000 },
  timeoutMs: 15_000,

  async run({ order, progression_state }, context) {
    const progression = await orders.resetProgression(order.order_id, progression_state, context);
    return done({ progression }, { message: `Progression was ${progression.was}.` });
  },
});
