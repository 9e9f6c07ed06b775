import type { Baseline } from './baseline.js';
import { loop } from './loop.js';
import { singleAccess } from './single-access.js';

/** The same reads, writes and POST by a plain loop, each read and write a call of its own. */
export const unbatched: Baseline = (work) => loop(work, singleAccess(work.store));
