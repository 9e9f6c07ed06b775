import type { CampaignOrder } from '../campaign-orders.js';
import type { Load } from '../load.js';
import type { Random } from '../random.js';
import type { World } from '../world.js';

/** One thing that can go wrong. */
export interface Fault {
  name: string;
  /** How often it should hit. */
  wanted: number;
  /** Makes it go wrong, and well again. Answers how often it really hit. */
  inject(world: World, means: FaultMeans): Promise<number>;
}

/** What a fault may use beside the world. */
export interface FaultMeans {
  random: Random;
  load: Load;
  orders: readonly CampaignOrder[];
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks every few milliseconds until the answer is yes; false when it never was. */
export const within = async (ms: number, ask: () => boolean | Promise<boolean>): Promise<boolean> => {
  const until = performance.now() + ms;
  for (;;) {
    if (await ask()) return true;
    if (performance.now() > until) return false;
    await pause(50);
  }
};
