import { readConfigOrExit, settings } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import { auditedCommands, operatorKeyRepository, operatorRepository, operatorAccounts, withStore } from '@crossroads/store';
import { z } from 'zod';
import { runOperators } from './operator-admin/command-line.js';
import { OperatorError, operatorCommands } from './operator-admin/commands.js';

const { MONGODB_URI: uri } = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri }), process);
try {
  const output = await withStore(uri, (store) =>
    runOperators(process.argv.slice(2), operatorCommands({ operators: operatorRepository(store), accounts: operatorAccounts(store), keys: operatorKeyRepository(store), audited: auditedCommands(store) })),
  );
  console.log(output);
} catch (error) {
  if (!(error instanceof OperatorError || error instanceof StoreUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
