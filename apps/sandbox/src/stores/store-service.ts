import type { Service } from '../supervisor/service.js';

export interface StoreOptions {
  /** Everything the store keeps; made when missing. */
  readonly dataDir: string;
  /** Programs that had to be fetched; may be shared by any number of data folders. */
  readonly cacheDir: string;
  /** Gives up a fetch that is under way. */
  readonly signal?: AbortSignal;
}

/** A store as the supervisor runs it and as clients reach it. */
export type StoreService = Service & { readonly url: string };
