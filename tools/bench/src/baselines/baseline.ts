import type { Store } from '@crossroads/store';
import type { AnyDocument } from './document.js';

/** What a floor is given to work with in each of its two processes. */
export interface BaselineWork {
  store: Store;
  redisUrl: string;
  templates: readonly AnyDocument[];
  /** This process's share. Empty for the floors that take theirs from a queue. */
  sagaIds: readonly string[];
  /** Sagas under way at once in this process. */
  inFlight: number;
  /** Resolves when the clock starts. */
  started: Promise<void>;
  /** Tells that one saga is through. */
  through(): void;
}

/** Does its work; answers how to stop. */
export type Baseline = (work: BaselineWork) => Promise<{ stop(): Promise<void> }>;
