import type { CampaignOrder } from '../campaign-orders.js';
import type { Load } from '../load.js';
import type { Random } from '../random.js';
import type { Harness } from '../harness.js';

/** A fault that a campaign injects. */
export interface Fault {
  name: string;
  /** Planned hits. */
  wanted: number;
  /** Injects the fault and ends it. Returns the actual hits. */
  inject(harness: Harness, means: FaultMeans): Promise<number>;
}

/** What a fault may use in addition to the harness. */
export interface FaultMeans {
  random: Random;
  load: Load;
  orders: readonly CampaignOrder[];
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls a condition until it is true. Returns false when it is not true within `ms`. */
export const within = async (ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> => {
  const until = performance.now() + ms;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() > until) return false;
    await pause(50);
  }
};
