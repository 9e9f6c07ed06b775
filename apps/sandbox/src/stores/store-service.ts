import type { Service } from '../supervisor/service.js';

export interface StoreOptions {
  /** Folder for the store's data; made when missing. */
  readonly dataDir: string;
  /** Folder for downloaded programs. Several data folders may share it. */
  readonly cacheDir: string;
  /** Aborts a download. */
  readonly signal?: AbortSignal;
}

/** A store as a supervised service, with the URL for clients. */
export type StoreService = Service & { readonly url: string };
