import { StoreUnavailable } from '@crossroads/saga';
import type { Store } from './open-store.js';
import { openStore } from './open-store.js';

/**
 * Opens the store for one command and closes it again.
 * Throws StoreUnavailable at the first failed connection, since a person is waiting for the command.
 */
export const withStore = async <T>(uri: string, use: (store: Store) => Promise<T>): Promise<T> => {
  let giveUp!: (error: Error) => void;
  const away = new Promise<never>((_, reject) => (giveUp = reject));
  const store = openStore({ uri, operationTimeoutMs: 5_000, onConnectError: () => giveUp(new StoreUnavailable('MongoDB does not respond at MONGODB_URI.')) });
  try {
    await Promise.race([store.connected, away]);
    return await use(store);
  } finally {
    await store.close();
  }
};
