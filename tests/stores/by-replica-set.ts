import { reachedBy } from './reached-by.js';

/** Imported before another test file, it makes that file's suites run on a replica set, with repeats of writes and w: majority. */
reachedBy.replicaSet = 'rs';
