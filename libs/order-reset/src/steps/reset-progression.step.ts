import type { CompensatableStep } from '@crossroads/saga';
import { done } from '@crossroads/saga';
import type { Order, SnapshotFacts } from '../order.js';
import { NO_PROGRESS } from '../order.js';
import { ownData, ownDataTimeoutMs } from '../policies.js';
import type { DispatchTerms, ResetOrderPorts } from '../ports.js';
import { keepsCleared } from './keeps-cleared.js';
import { unlessDeleted } from './unless-deleted.js';

interface Needs {
  order: Order;
  terms: DispatchTerms;
  cleared: SnapshotFacts;
}

interface Adds {
  progression: { was: string };
}

/** Sets the order's delivery progress back to the very beginning. */
export const resetProgression = ({ orders }: Pick<ResetOrderPorts, 'orders'>): CompensatableStep<Needs, Adds> => ({
  name: 'reset-progression',
  title: `Progression set to ${NO_PROGRESS}`,
  status: { done: 'master_mapped', refused: 'error' },
  retry: ownData,
  timeoutMs: ownDataTimeoutMs,

  async run({ order, cleared }, context) {
    const progression = await orders.resetProgression(order.order_id, cleared.progression_state, context);
    return done({ progression }, { message: `Progression was ${progression.was}, is ${NO_PROGRESS}.` });
  },

  undo: ({ order, terms }, context) =>
    unlessDeleted(async () => {
      if (keepsCleared(terms, context)) return done({ restored: false }, { message: 'Left as it is: so it was agreed with this destination.' });
      const came = await orders.restoreProgression(order.order_id, context);
      return done({ restored: came === 'restored' }, { message: restoredInWords[came] });
    }),
});

const restoredInWords = {
  restored: 'Progression put back.',
  'moved-on': 'Progression left as it is: the order has moved on since the reset.',
  'not-reset': 'Progression had not been reset.',
} as const;
