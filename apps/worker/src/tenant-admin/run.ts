import { readConfigOrExit } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import { auditedCommands, directoryRepository, withStore } from '@crossroads/store';
import { z } from 'zod';
import { workerConfig } from '../config.js';
import { TenantError, tenantCommands } from './commands.js';

/** Runs one command of an administrator in this process, and prints its output. */
export const runCommand = async (process: NodeJS.Process, run: (args: readonly string[], commands: ReturnType<typeof tenantCommands>) => Promise<string>): Promise<void> => {
  const { MONGODB_URI, DESTINATION_PRIVATE_HOSTS } = workerConfig.shape;
  const config = readConfigOrExit(z.object({ MONGODB_URI, DESTINATION_PRIVATE_HOSTS }), process);
  try {
    const output = await withStore(config.MONGODB_URI, (store) =>
      run(process.argv.slice(2), tenantCommands({ directory: directoryRepository(store), audited: auditedCommands(store), allowedPrivateHosts: config.DESTINATION_PRIVATE_HOSTS })),
    );
    console.log(output);
  } catch (error) {
    if (!(error instanceof TenantError || error instanceof StoreUnavailable)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
};
