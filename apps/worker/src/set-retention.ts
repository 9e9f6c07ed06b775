import { readConfigOrExit, settings } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import { auditedCommands, retentionRepository, withStore } from '@crossroads/store';
import { z } from 'zod';
import { RetentionError, runRetention } from './retention-command.js';

const { MONGODB_URI: uri } = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri }), process);
try {
  console.log(await withStore(uri, (store) => runRetention(process.argv.slice(2), retentionRepository(store), auditedCommands(store))));
} catch (error) {
  if (!(error instanceof RetentionError || error instanceof StoreUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
