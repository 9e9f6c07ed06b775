import { readFile } from 'node:fs/promises';
import type { OpenDestinations } from '@crossroads/destinations';
import { createDestinations, secretStore } from '@crossroads/destinations';
import type { Store } from '@crossroads/store';
import { directoryRepository } from '@crossroads/store';
import type { WorkerConfig } from './config.js';
import { destinationDirectory } from './destination-directory.js';

/** Opens the destinations with the settings of this worker. */
export const openDestinations = (config: WorkerConfig, store: Store, env: Record<string, string | undefined>): OpenDestinations => {
  const directory = directoryRepository(store);
  return createDestinations({
    instances: destinationDirectory(directory),
    secrets: secretStore({ env, readFile: (path) => readFile(path, 'utf8') }),
    allowedPrivateHosts: config.DESTINATION_PRIVATE_HOSTS,
    inFlight: config.DESTINATION_IN_FLIGHT,
    pause: async (instanceId, reason) => void (await directory.pause(instanceId, reason)),
  });
};
