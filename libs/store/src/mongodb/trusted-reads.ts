import type { mongo } from 'mongoose';
import type { Store } from './open-store.js';

type ReadOptions = Pick<mongo.FindOptions, 'readConcern'>;

/*
 * Read concerns for reads that a write depends on. A primary also shows writes that its majority does not have yet, and an election undoes those.
 * The driver then retries the dependent write on the new primary, where what was read is gone. A lone server has no elections.
 * See docs/crash-safety.md#what-each-read-may-trust.
 */

/** Reads the newest committed data. The primary first confirms with its majority that it is still the primary. */
export const newestCommitted = ({ replicated }: Pick<Store, 'replicated'>): ReadOptions => (replicated() ? { readConcern: { level: 'linearizable' } } : {});

/** Reads committed data that may be outdated. For reads that the following write compares again. */
export const committed = ({ replicated }: Pick<Store, 'replicated'>): ReadOptions => (replicated() ? { readConcern: { level: 'majority' } } : {});
