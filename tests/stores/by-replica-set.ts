import { reachedBy } from './reached-by.js';

/** Imported before a test file, this makes its suites run on a replica set with retryable writes and w: majority. */
reachedBy.replicaSet = 'rs';
