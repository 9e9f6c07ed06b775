import type { CompensatableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { NO_PROGRESS } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { staysCleared } from './stays-cleared.js';
import { unlessDeleted } from './unless-deleted.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  cleared: SnapshotInfo;
}

interface Output {
  progression: { was: string };
}

/** Sets the order's delivery progress back to the very beginning. */
export const resetProgression = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Input, Output> => ({
  name: 'reset-progression',
  title: `Progression set to ${NO_PROGRESS}`,
  status: { done: 'master_mapped', rejected: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order, cleared }, context) {
    const progression = await orders.resetProgression(order.order_id, cleared.progression_state, context);
    return done({ progression }, { message: `Progression was ${progression.was}, is ${NO_PROGRESS}.` });
  },

  undo: ({ order, policy }, context) =>
    unlessDeleted(async () => {
      if (staysCleared(policy, context)) return done({ restored: false }, { message: 'Left as it is: so it was agreed with this destination.' });
      const came = await orders.restoreProgression(order.order_id, context);
      return done({ restored: came === 'restored' }, { message: restoredInWords[came] });
    }),
});

const restoredInWords = {
  restored: 'Progression put back.',
  'moved-on': 'Progression left as it is: the order has moved on since the reset.',
  'not-reset': 'Progression had not been reset.',
} as const;
