import type { mongo } from 'mongoose';
import type { Store } from './open-store.js';

type ReadOptions = Pick<mongo.FindOptions, 'readConcern'>;

/*
 * What a write may be founded on. On a replica set a primary also shows writes that its majority has not got yet, and an election takes those back,
 * while the driver repeats our next write at the new primary by itself. A lone server repeats nothing, and what it lost it has lost before the next command.
 * See docs/crash-safety.md#what-each-read-may-trust.
 */

/** Committed, and as new as this moment: the primary shows it only once its majority has confirmed that it is one. */
export const newestCommitted = ({ replicated }: Pick<Store, 'replicated'>): ReadOptions => (replicated() ? { readConcern: { level: 'linearizable' } } : {});

/** Committed, though perhaps not the newest: for what is compared again by the write that follows. */
export const committed = ({ replicated }: Pick<Store, 'replicated'>): ReadOptions => (replicated() ? { readConcern: { level: 'majority' } } : {});
