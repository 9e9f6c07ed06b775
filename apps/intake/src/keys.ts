import { readConfigOrExit, settings } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import { auditedCommands, directoryRepository, withStore } from '@crossroads/store';
import { z } from 'zod';
import { runKeys } from './key-admin/command-line.js';
import { KeyError, keyCommands } from './key-admin/commands.js';

const { MONGODB_URI: uri } = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri }), process);
try {
  console.log(await withStore(uri, (store) => runKeys(process.argv.slice(2), keyCommands(directoryRepository(store), auditedCommands(store)))));
} catch (error) {
  if (!(error instanceof KeyError || error instanceof StoreUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
