import type { Floor } from './floor.js';
import { loop } from './loop.js';
import { singleWays } from './single-ways.js';

/** The same reads, writes and POST by a plain loop, each read and write a call of its own. */
export const unbatched: Floor = (work) => loop(work, singleWays(work.store));
