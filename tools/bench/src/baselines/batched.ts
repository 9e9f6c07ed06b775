import type { Baseline } from './baseline.js';
import { batchedAccess } from './batched-access.js';
import { loop } from './loop.js';

/** The same reads, writes and POST by a plain loop with everything batched: no queue, no claims, no kernel. */
export const batched: Baseline = (work) => loop(work, batchedAccess(work.store));
