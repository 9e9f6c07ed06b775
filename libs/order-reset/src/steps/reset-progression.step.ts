import type { CompensatableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotInfo } from '../order.js';
import { NO_PROGRESS } from '../order.js';
import { databaseRetry, databaseTimeoutMs } from '../policies.js';
import type { DispatchPolicy, ResetOrderPorts } from '../ports.js';
import { staysCleared, unlessDeleted } from './compensation.js';

interface Input {
  order: Order;
  policy: DispatchPolicy;
  cleared: SnapshotInfo;
}

interface Output {
  progression: { was: string };
}

/** Resets the order's delivery progress to NO_PROGRESS. */
export const resetProgression = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Input, Output> => ({
  name: 'reset-progression',
  title: `Progression set to ${NO_PROGRESS}`,
  status: { done: 'master_mapped', rejected: 'error' },
  retry: databaseRetry,
  timeoutMs: databaseTimeoutMs,

  async run({ order, cleared }, context) {
    const progression = await orders.resetProgression(order.order_id, cleared.progression_state, context);
    return done({ progression }, { message: `Progression was ${progression.was}, is ${NO_PROGRESS}.` });
  },

  undo: ({ order, policy }, context) =>
    unlessDeleted(async () => {
      if (staysCleared(policy, context)) return done({ restored: false }, { message: 'Progression left reset, as this destination is configured.' });
      const outcome = await orders.restoreProgression(order.order_id, context);
      return done({ restored: outcome === 'restored' }, { message: restoreMessages[outcome] });
    }),
});

const restoreMessages = {
  restored: 'Progression restored.',
  'moved-on': 'Progression left unchanged: another writer has changed it since the reset.',
  'not-reset': 'Progression had not been reset.',
} as const;
