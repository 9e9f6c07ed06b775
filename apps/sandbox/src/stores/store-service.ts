import type { Service } from '../supervisor/child.js';

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

const stores = {
  redis: { label: 'Redis', install: 'apt-get install redis-server', variable: 'REDIS_URL' },
  mongodb: { label: 'MongoDB', install: 'apt-get install libc6 of version 2.38 or later', variable: 'MONGODB_URI' },
} as const;

/** Creates the error for a store that is neither installed nor downloadable. */
export function missingStoreError(store: keyof typeof stores, cause: unknown): Error {
  const { label, install, variable } = stores[store];
  return new Error(
    `${label} could not be started on this machine (${reason(cause)}). Install it (${install}), ` +
      `or set ${variable} to a running one, or use docker compose.`,
    { cause },
  );
}

/** Returns the cause in one line. Of apt's many lines, the first error has the cause. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const lines = text.trim().split('\n');
  const line = lines.find((each) => each.startsWith('E: ')) ?? lines.at(-1) ?? '';
  return line.replace(/^E: /, '').trim().replace(/\.$/, '');
}
