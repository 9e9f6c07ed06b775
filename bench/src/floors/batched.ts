import type { Floor } from './floor.js';
import { groupedWays } from './grouped-ways.js';
import { loop } from './loop.js';

/** The same reads, writes and POST by a plain loop with everything batched: no queue, no claims, no kernel. */
export const batched: Floor = (work) => loop(work, groupedWays(work.store));
